"""Reports the progress of a long audit, on standard error."""

import threading
import time

from encrypted_tables.terminal import say

SECONDS_BETWEEN_REPORTS = 10.0


class Progress:
    """Counts finished items, and prints the count at most every ten seconds."""

    def __init__(self, what: str, total: int) -> None:
        self._what, self._total, self._done = what, total, 0
        self._started = self._reported = time.monotonic()
        self._lock = threading.Lock()

    def one_more(self) -> None:
        """Count one more item as finished."""
        with self._lock:
            self._done += 1
            now = time.monotonic()
            if now - self._reported > SECONDS_BETWEEN_REPORTS:
                self._reported = now
                say(f"{self._what}: {self._done} of {self._total}, {now - self._started:.0f} s")
