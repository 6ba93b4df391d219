"""The clock of the local AWS: this machine's clock or a stopped one, plus the time that tests let pass."""

import asyncio
import time

TICK_SECONDS = 0.02
_passed = 0.0
_stopped_at: float | None = None


def now() -> float:
    """Seconds since the epoch."""
    return (time.time() if _stopped_at is None else _stopped_at) + _passed


def stop_at(seconds: float) -> None:
    """Set the clock to this time, in seconds since the epoch. From then on only `let_pass` moves it."""
    global _stopped_at  # noqa: PLW0603  # one local AWS, one time
    _stopped_at = seconds


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
