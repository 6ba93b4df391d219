"""Where things that take long to make are kept, outside the work tree."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def cache_directory() -> Path:
    """`$XDG_CACHE_HOME/encrypted-tables`, or `~/.cache/encrypted-tables` when that is not set."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "encrypted-tables"


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold the lock of that name, so that two processes do not make the same thing at once.

    The lock is the process's: a killed process leaves none behind.
    """
    directory = cache_directory()
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
