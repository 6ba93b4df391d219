"""Creates virtual environments with this Python and installs packages from lock files."""

import hashlib
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from encrypted_tables.engine.cache import cache_directory, locked, made_whole
from local.engine.install_failures import remedy

_INDEX = (
    "If the Python package index cannot be reached, set HTTPS_PROXY to a proxy or PIP_INDEX_URL to a mirror. "
    "Then run the same command again."
)
LOCKS = Path(__file__).resolve().parents[2] / "locks"


class VirtualEnvironmentError(Exception):
    """Creating or filling an environment failed; the message says why and what to do."""


def base_python() -> str:
    """The interpreter outside any virtual environment: the current environment may be about to be
    recreated.
    """
    return getattr(sys, "_base_executable", None) or sys.executable


def create(directory: Path) -> None:
    """Create an environment with pip.

    Raises:
        VirtualEnvironmentError: this Python cannot create one.
    """
    command = [base_python(), "-m", "venv", str(directory)]
    hint = "Install Python with its modules `venv` and `ensurepip`."
    _run(command, f"`{' '.join(command)}`", directory, hint)


def install(directory: Path, lock: Path) -> None:
    """Install the packages of a lock file: only wheels whose hashes are in the file.

    The installation of a wheel runs no code.

    Raises:
        VirtualEnvironmentError: pip failed, or a package has no listed wheel for this Python.
    """
    _pip(directory, ["--require-hashes", "--only-binary", ":all:", "--requirement", str(lock)])


def install_project(directory: Path, project: Path) -> None:
    """Install a project in editable mode, with the environment's setuptools.

    Raises:
        VirtualEnvironmentError: pip failed.
    """
    _pip(directory, ["--no-deps", "--no-build-isolation", "--no-index", "--editable", str(project)])


def kept(lock: Path) -> Path:
    """An environment with the packages of a lock file, created once and cached.

    Raises:
        VirtualEnvironmentError: it could not be created.
        CacheError: the cache cannot be written.
    """
    directory = cache_directory() / f"{lock.stem}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:16]}"
    with locked(lock.stem):
        if not directory.exists():
            with made_whole(directory) as making:
                create(making)
                install(making, lock)
    return directory


def _pip(directory: Path, arguments: Sequence[str]) -> None:
    command = ["pip", "install", *arguments]
    python, options = str(directory / "bin" / "python"), ("--quiet", "--disable-pip-version-check")
    _run([python, "-m", *command, *options], f"`{' '.join(command)}` into {directory}", directory, _INDEX)


def _run(command: Sequence[str], what: str, directory: Path, hint: str) -> None:
    """Run a command that fills an environment; `what` names it in messages.

    Raises:
        VirtualEnvironmentError: it failed; the message names the remedy, or else gives the hint.
    """
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise VirtualEnvironmentError(
            f"{what} failed:\n{done.stdout.strip()}\n" + remedy(done.stdout, directory, hint)
        )
