"""Starts `encrypted-tables` from a process that has imported its packages already."""

import atexit
import functools
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from local.local_run import PYTHON
from tests.warm_starts.commands import client_of, server


def encrypted_tables(*arguments: str) -> tuple[str, ...]:
    """The words that run the command with these arguments, in any directory and environment."""
    return client_of(_server(), "-m", "encrypted_tables", *arguments)


@functools.cache
def _server() -> Path:
    at_the_end = ExitStack()
    atexit.register(at_the_end.close)
    directory = Path(at_the_end.enter_context(TemporaryDirectory()))
    return at_the_end.enter_context(server(PYTHON, directory, "commands"))
