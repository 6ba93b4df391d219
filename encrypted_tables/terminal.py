"""What every way to an engine has in common: it may not work here, and says why."""

import sys


class AttemptFailedError(Exception):
    """One way to an engine does not work on this machine; the message says which and why."""


def say(line: str) -> None:
    """Tell people what takes time, apart from what a program prints as its result."""
    print(line, file=sys.stderr, flush=True)
