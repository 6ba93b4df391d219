"""The virtual environments of this checkout, made from their requirement files and stamped when complete."""

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
from typing import Any

from encrypted_tables.engine.cache import locked
from encrypted_tables.terminal import say
from local.engine import virtualenv

ROOT = Path(__file__).resolve().parent.parent
STAMP = "complete"


@dataclass(frozen=True)
class Environment:
    """A virtual environment: where it is, what for, and what `pip install` is given to fill it.

    `requirements` is a file beside or above it; `group` is a dependency group of `pyproject.toml`
    beside that file, none when it is empty. With `has_project`, the project of that `pyproject.toml` is
    installed too, to be edited in place.
    """

    directory: Path
    purpose: str
    requirements: Path
    group: str = ""
    has_project: bool = False

    @property
    def stamp(self) -> str:
        """Changes whenever the environment has to be made again."""
        python = [sys.implementation.cache_tag, platform.python_version(), str(self.directory)]
        parts = [self.requirements.read_text(), json.dumps([self._group(), self._scripts()]), *python]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    @property
    def is_complete(self) -> bool:
        """Whether it was made to its end, from the requirements as they are now, by this Python."""
        stamp = self.directory / STAMP
        return stamp.exists() and stamp.read_text() == self.stamp

    def make(self) -> None:
        """Make it anew.

        Raises:
            VirtualEnvironmentError: Python cannot make environments, or pip failed.
        """
        shutil.rmtree(self.directory, ignore_errors=True)
        virtualenv.create(self.directory)
        wanted = ["--requirement", str(self.requirements)]
        if self.group:
            wanted += ["--group", self.group]
        if self.has_project:
            wanted += ["--editable", str(self.requirements.parent)]
        virtualenv.install(self.directory, wanted, relative_to=self.requirements.parent)
        (self.directory / STAMP).write_text(self.stamp)

    def _group(self) -> list[str]:
        return self._pyproject()["dependency-groups"][self.group] if self.group else []

    def _scripts(self) -> dict[str, Any]:
        return self._pyproject()["project"] if self.has_project else {}

    def _pyproject(self) -> dict[str, Any]:
        return tomllib.loads((self.requirements.parent / "pyproject.toml").read_text(encoding="utf-8"))


def environments(root: Path = ROOT) -> tuple[Environment, ...]:
    """All environments of a checkout."""
    pack, aws = root / "policy-pack", root / "local"
    return (
        Environment(
            root / "venv", "program, verify and tests", root / "requirements.txt", "dev", has_project=True
        ),
        Environment(pack / "venv", "policy pack", pack / "requirements.txt"),
        Environment(aws / "venv", "local AWS", aws / "requirements.txt"),
    )


def make_missing(wanted: Sequence[Environment]) -> None:
    """Make each environment that is not complete; say what is being made.

    Raises:
        VirtualEnvironmentError: one could not be made.
        CacheError: the cache, where the lock is, cannot be written.
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
