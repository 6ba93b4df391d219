"""The cache directory, for files that take long to make."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from encrypted_tables.errors import UserError
from encrypted_tables.terminal import say


class CacheError(UserError):
    """The cache cannot be written; the message says what to do."""


def cache_directory() -> Path:
    """`$XDG_CACHE_HOME/encrypted-tables`; in `~/.cache` if that is unset or relative."""
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".cache") / "encrypted-tables"


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold the lock of this name, so that two processes do not create the same files at the same time.

    The lock is released when the process ends, even if it is killed.

    Raises:
        CacheError: the cache cannot be written.
    """
    file = cache_directory() / f"{name}.lock"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = file.open("w")
    except OSError as error:
        raise CacheError(
            f"the cache {file.parent} cannot be written ({error.strerror}): set XDG_CACHE_HOME to a "
            "writable directory"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Waiting for another process that is creating the same files ({name}).")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def made_whole(kept: Path) -> Iterator[Path]:
    """Yield an empty directory that becomes `kept` if the block ends without an error. Holds a lock
    meanwhile.

    The next process removes what an interrupted one left behind.
    """
    making = kept.with_name(f"{kept.name}.unfinished")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    try:
        yield making
        shutil.rmtree(kept, ignore_errors=True)
        making.rename(kept)
    finally:
        shutil.rmtree(making, ignore_errors=True)
