"""One local run for all shells of a project: the first one starts it, the others join."""

import fcntl
import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TextIO

from encrypted_tables.private_file import write_private
from encrypted_tables.terminal import say
from local.process import LocalAwsError

JOINED = "joined.lock"
NOT_READY = "the local AWS of another shell is starting or ending: run the command again"


@dataclass(frozen=True)
class Shell:
    """What a shell in a local run needs: where it works, its environment, and what to tell the user."""

    project: str
    environment: Mapping[str, str] = field(repr=False)
    description: str
    run_directory: str


class Registration:
    """The file that says where the shell of a project runs; its lock is held as long as that shell lives."""

    def __init__(self, project: Path) -> None:
        name = hashlib.sha256(f"{os.getuid()}\0{project}".encode()).hexdigest()[:16]
        self._file = Path(tempfile.gettempdir(), f"encrypted-tables-shell-{name}.json")

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Hold the lock for the length of the block; False if another shell has it."""
        file = self._opened()
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            if not self._is(file):
                raise LocalAwsError(NOT_READY)
            try:
                yield True
            finally:
                self._file.unlink(missing_ok=True)

    def publish(self, shell: Shell) -> None:
        """Let others join. Only for the holder of the lock."""
        write_private(Path(shell.run_directory, JOINED), "")
        write_private(self._file, json.dumps(asdict(shell)))

    def read(self) -> Shell:
        """The shell to join.

        Raises:
            LocalAwsError: it is starting or ending.
        """
        try:
            return Shell(**json.loads(self._file.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError) as error:
            raise LocalAwsError(NOT_READY) from error

    def _opened(self) -> TextIO:
        """The file, opened for writing.

        Raises:
            LocalAwsError: another user made it, or others can read it.
        """
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        found = os.fstat(descriptor)
        if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
            os.close(descriptor)
            raise LocalAwsError(f"{self._file} must be yours and readable by you alone: remove it")
        return os.fdopen(descriptor, "r+", encoding="utf-8")

    def _is(self, file: TextIO) -> bool:
        """Whether the locked file is still the one that others find; a shell that ends removes its own."""
        return self._file.exists() and os.path.samestat(self._file.stat(), os.fstat(file.fileno()))


@contextmanager
def joined(shell: Shell) -> Iterator[None]:
    """Keep the run of another shell from ending for the length of the block.

    Raises:
        LocalAwsError: it is ending.
    """
    try:
        file = Path(shell.run_directory, JOINED).open()  # noqa: SIM115  # closed below
    except FileNotFoundError as error:
        raise LocalAwsError(NOT_READY) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LocalAwsError(NOT_READY) from error
        yield


def wait_for_others(shell: Shell) -> None:
    """Wait until no other shell uses this run; from then on none can join it."""
    descriptor = os.open(Path(shell.run_directory, JOINED), os.O_RDWR)  # locked until this process ends
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("Another shell uses this local AWS. It ends with that shell, or now with Ctrl-C.")
        fcntl.flock(descriptor, fcntl.LOCK_EX)
