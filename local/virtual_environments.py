"""The virtual environments of this checkout, each marked with a stamp once complete."""

import hashlib
import json
import platform
import shutil
import sys
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from encrypted_tables.engine.cache import locked
from encrypted_tables.terminal import say
from local.engine import virtualenv

ROOT = Path(__file__).resolve().parent.parent
STAMP = "complete"


@dataclass(frozen=True)
class Environment:
    """A virtual environment: its directory, its purpose and its lock file.

    `project` is the directory of a project that is also installed, in editable mode; None for none.
    """

    directory: Path
    purpose: str
    lock: Path
    project: Path | None = None

    @property
    def stamp(self) -> str:
        """A hash that changes whenever the environment must be recreated."""
        python = [sys.implementation.cache_tag, platform.python_version(), str(self.directory)]
        parts = [self.lock.read_text(encoding="utf-8"), self._metadata(), *python]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    @property
    def is_complete(self) -> bool:
        """Whether it was completed with this Python, from the current lock file."""
        stamp = self.directory / STAMP
        return stamp.exists() and stamp.read_text() == self.stamp

    def make(self) -> None:
        """Create it from scratch.

        Raises:
            VirtualEnvironmentError: Python cannot create environments, or pip failed.
        """
        shutil.rmtree(self.directory, ignore_errors=True)
        virtualenv.create(self.directory)
        virtualenv.install(self.directory, self.lock)
        if self.project:
            virtualenv.install_project(self.directory, self.project)
        (self.directory / STAMP).write_text(self.stamp)

    def _metadata(self) -> str:
        """The metadata of the project, including its commands."""
        if not self.project:
            return ""
        content = tomllib.loads((self.project / "pyproject.toml").read_text(encoding="utf-8"))
        return json.dumps(content["project"])


def environments(root: Path = ROOT) -> tuple[Environment, ...]:
    """All environments of a checkout."""
    pack, locks = root / "policy-pack", root / "locks"
    return (
        Environment(root / "venv", "program, verify and tests", locks / "dev.txt", project=root),
        Environment(pack / "venv", "policy pack", pack / "requirements.txt"),
        Environment(root / "local" / "venv", "local AWS", locks / "local-aws.txt"),
    )


def make_missing(wanted: Sequence[Environment]) -> None:
    """Create each incomplete environment and print which ones.

    Raises:
        VirtualEnvironmentError: one could not be created.
        CacheError: the cache, which contains the lock, cannot be written.
    """
    if all(environment.is_complete for environment in wanted):
        return
    checkout = hashlib.sha256(str(wanted[0].directory).encode()).hexdigest()[:8]
    with locked(f"environments-{checkout}"):
        for environment in wanted:
            if not environment.is_complete:
                say(f"Installing packages: {environment.purpose} ({environment.directory})")
                started = time.monotonic()
                environment.make()
                say(f"  installed in {time.monotonic() - started:.0f} s")
