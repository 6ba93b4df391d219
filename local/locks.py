"""`python3 -m local.locks`: write the lock files, which name every package's version and hashes.

The names and bounds are in the `pyproject.toml` files. Versions stay as they are locked; `--upgrade` takes
the newest within the bounds. https://docs.astral.sh/uv/pip/compile/
"""

import argparse
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from encrypted_tables.engine.cache import CacheError
from local.engine import virtualenv
from local.engine.virtualenv import VirtualEnvironmentError
from local.virtual_environments import ROOT

OLDEST_PYTHON = "3.11"
PROGRAM = ("pyproject.toml", "components/pyproject.toml")
PINNED_BY_PROGRAM = ("--constraint", "requirements.txt")


@dataclass(frozen=True)
class Lock:
    """A lock file, and what it is resolved from: arguments of `uv pip compile`."""

    file: str
    sources: tuple[str, ...]


def _of_group(group: str) -> Lock:
    return Lock(f"locks/{group}.txt", ("--group", group))


LOCKS = (
    Lock("requirements.txt", PROGRAM),
    Lock("components/requirements.txt", (*PROGRAM[1:], *PINNED_BY_PROGRAM)),
    Lock("policy-pack/requirements.txt", ("policy-pack/pyproject.toml", *PINNED_BY_PROGRAM)),
    Lock("locks/dev.txt", (*PROGRAM, "--group", "dev", *PINNED_BY_PROGRAM)),
    Lock("locks/comment.txt", ("--group", "comment", *PINNED_BY_PROGRAM)),
    *map(_of_group, ("aws-cli", "go", "lint-workflows", "local-aws", "locks", "release", "vulnerabilities")),
)


def uv() -> Path:
    """The locked uv, installed once and kept outside the work tree.

    Raises:
        VirtualEnvironmentError: it could not be installed.
        CacheError: the cache cannot be written.
    """
    return virtualenv.kept(virtualenv.LOCKS / "locks.txt") / "bin" / "uv"


def write(root: Path, *, upgrade: bool = False) -> None:
    """Write the lock files of a checkout.

    Args:
        root: the checkout.
        upgrade: whether to take the newest versions (default: only those that are not locked yet).

    Raises:
        VirtualEnvironmentError: uv could not be installed, or found no versions that fit.
        CacheError: the cache cannot be written.
    """
    program = uv()
    for lock in LOCKS:
        command = [
            *("pip", "compile", *lock.sources, "--output-file", lock.file),
            *("--universal", "--python-version", OLDEST_PYTHON, "--no-build", "--generate-hashes"),
            *("--custom-compile-command", "make locks", "--annotation-style", "line"),
            *(["--upgrade"] if upgrade else []),
        ]
        done = subprocess.run(
            [program, *command, "--quiet"],
            cwd=root,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise VirtualEnvironmentError(f"{lock.file} cannot be locked:\n{done.stderr.strip()}")


def main() -> int:
    """Write the lock files of this checkout."""
    parser = argparse.ArgumentParser(prog="python3 -m local.locks", description="Write the lock files.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions within the bounds")
    try:
        write(ROOT, upgrade=parser.parse_args().upgrade)
    except (VirtualEnvironmentError, CacheError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
