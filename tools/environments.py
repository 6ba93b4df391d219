"""The virtual environments of this checkout, made from their requirement files and stamped when complete."""

import hashlib
import platform
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMP = "complete"


class SetUpError(Exception):
    """An environment could not be made; the message says why and what to do."""


@dataclass(frozen=True)
class Environment:
    """A virtual environment: where it is, what makes it, and the files that decide what is in it."""

    directory: Path
    purpose: str
    install: Sequence[str]
    decided_by: Sequence[Path]

    @property
    def stamp(self) -> str:
        """Changes whenever the environment has to be made again."""
        parts = [file.read_bytes() for file in self.decided_by]
        parts += [" ".join((platform.python_version(), str(self.directory), *self.install)).encode()]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()

    @property
    def is_complete(self) -> bool:
        """Whether it was made to its end, from the files as they are now."""
        stamp = self.directory / STAMP
        return stamp.exists() and stamp.read_text() == self.stamp

    def make(self) -> None:
        """Make it anew.

        Raises:
            SetUpError: pip failed.
        """
        shutil.rmtree(self.directory, ignore_errors=True)
        venv.create(self.directory, with_pip=True, symlinks=True)
        pip = [str(self.directory / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        for arguments in (["--upgrade", "pip>=25.1"], self.install):  # 25.1 knows --group
            done = subprocess.run(
                [*pip, "--disable-pip-version-check", *arguments],
                cwd=ROOT,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
            if done.returncode != 0:
                raise SetUpError(
                    f"`pip install {' '.join(arguments)}` ({self.purpose}) failed:\n{done.stderr.strip()}\n"
                    "Is the Python package index within reach? Then run `make setup` again."
                )
        (self.directory / STAMP).write_text(self.stamp)


def environments(root: Path = ROOT) -> tuple[Environment, ...]:
    """All environments of a checkout."""
    main, pack, aws = (
        root / "requirements.txt",
        root / "policy-pack" / "requirements.txt",
        root / "local_aws" / "requirements.txt",
    )
    return (
        Environment(
            root / "venv",
            "program, verify and tests",
            ("--requirement", str(main), "--group", "dev"),
            (main, root / "pyproject.toml"),
        ),
        Environment(pack.parent / "venv", "policy pack", ("--requirement", str(pack)), (pack,)),
        Environment(aws.parent / "venv", "local AWS", ("--requirement", str(aws)), (aws,)),
    )


def make_missing(found: Sequence[Environment]) -> None:
    """Make each environment that is not complete; say what is being made."""
    for environment in found:
        if not environment.is_complete:
            print(f"Installing packages ({environment.purpose}) in {environment.directory}", file=sys.stderr)
            environment.make()
