"""The clock of the local AWS: this machine's, plus the time that tests let pass."""

import asyncio
import time

TICK_SECONDS = 0.02
_passed = 0.0


def now() -> float:
    """Seconds since the epoch."""
    return time.time() + _passed


def let_pass(seconds: float) -> None:
    """Advance the clock by this many seconds; raise ValueError if negative."""
    global _passed  # noqa: PLW0603  # one local AWS, one time
    if seconds < 0:
        raise ValueError(f"seconds is {seconds!r}: time only goes forward")
    _passed += seconds


async def sleep(seconds: float) -> None:
    """Wait for this many seconds on this clock."""
    until = now() + seconds
    while now() < until:
        await asyncio.sleep(TICK_SECONDS)
