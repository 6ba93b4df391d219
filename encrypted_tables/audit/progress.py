"""Says how far a long audit is, on standard error."""

import threading
import time

from encrypted_tables.terminal import say

SECONDS_BETWEEN_REPORTS = 10.0


class Progress:
    """Counts what is done; says so every ten seconds, and never for a short audit."""

    def __init__(self, what: str, total: int) -> None:
        self._what, self._total, self._done = what, total, 0
        self._started = self._said = time.monotonic()
        self._lock = threading.Lock()

    def one_more(self) -> None:
        """One of them is done."""
        with self._lock:
            self._done += 1
            now = time.monotonic()
            if now - self._said > SECONDS_BETWEEN_REPORTS:
                self._said = now
                say(f"{self._what}: {self._done} of {self._total}, {now - self._started:.0f} s")
