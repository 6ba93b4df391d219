"""Prints one message if a program runs with a Python without its packages, such as the system's."""

import platform
import sys
from collections.abc import Callable

from encrypted_tables.errors import COULD_NOT, NAME
from encrypted_tables.terminal import say

_OWN = {"components", "encrypted_tables", "local"}


def with_packages(program: Callable[[], int]) -> int:
    """Run a program that imports its packages, and return its exit status.

    If a package is missing, say which, and how to install it; return COULD_NOT.
    """
    try:
        return program()
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in _OWN:
            raise
        say(
            f"{NAME}: {sys.executable} (Python {platform.python_version()}) has no package {package!r}. "
            "In a checkout, run `make setup`, then use venv/bin/python. Elsewhere, install it with pip."
        )
        return COULD_NOT
