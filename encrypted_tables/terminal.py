"""Progress messages, and the error of an attempt to find an engine."""

import sys


class AttemptFailedError(Exception):
    """An attempt to find an engine failed; the message says which and why."""


def say(line: str) -> None:
    """Print progress to standard error, apart from the program's result."""
    print(line, file=sys.stderr, flush=True)
