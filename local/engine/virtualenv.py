"""Virtual environments, made by this Python and filled from the package index."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

NEWEST_PIP = "pip>=25.1"  # the first that knows --group


class VirtualEnvironmentError(Exception):
    """An environment could not be made or filled; the message says why and what to do."""


def base_python() -> str:
    """The interpreter outside any virtual environment: the one we run in may be about to be made anew."""
    return getattr(sys, "_base_executable", None) or sys.executable


def create(directory: Path) -> None:
    """Make an environment with pip in it.

    Raises:
        VirtualEnvironmentError: this Python cannot make one.
    """
    done = subprocess.run(
        [base_python(), "-m", "venv", str(directory)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise VirtualEnvironmentError(
            f"`{base_python()} -m venv {directory}` failed:\n{done.stdout.strip()}\n"
            "On Debian and Ubuntu, `apt install python3-venv` gives the missing part of Python."
        )


def install(directory: Path, arguments: Sequence[str], *, relative_to: Path) -> None:
    """Install into an environment, with a pip that is new enough.

    Args:
        directory: the environment.
        arguments: of `pip install`.
        relative_to: the directory that paths in `arguments` are relative to.

    Raises:
        VirtualEnvironmentError: pip failed.
    """
    for wanted in (["--upgrade", NEWEST_PIP], arguments):
        command = ["pip", "install", *wanted]
        done = subprocess.run(
            [str(directory / "bin" / "python"), "-m", *command, "--quiet", "--disable-pip-version-check"],
            cwd=relative_to,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise VirtualEnvironmentError(
                f"`{' '.join(command)}` into {directory} failed:\n{done.stdout.strip()}\n"
                "Can the Python package index be reached? Then run the same command again."
            )
