"""The time in the local AWS: this machine's, and what a test let pass beyond it."""

import asyncio
import time

TICK_SECONDS = 0.02
_passed = 0.0


def now() -> float:
    """Seconds since the epoch."""
    return time.time() + _passed


def let_pass(seconds: float) -> None:
    """Go on as if so many seconds had passed; a negative number is a ValueError."""
    global _passed  # noqa: PLW0603  # one local AWS, one time
    if seconds < 0:
        raise ValueError(f"seconds is {seconds!r}: time only goes forward")
    _passed += seconds


async def sleep(seconds: float) -> None:
    """Wait until so many seconds have passed here."""
    until = now() + seconds
    while now() < until:
        await asyncio.sleep(TICK_SECONDS)
