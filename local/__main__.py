"""`make shell`: a shell, or one command, in a local run with the stack `dev` of this directory's project."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from encrypted_tables.interruption import interruptible_with_farewell
from encrypted_tables.missing_packages import with_packages


def main() -> int:
    """Run a command, or the user's shell, in a local run. Return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument(
        "command",
        nargs=argparse.REMAINDER,
        help="a command with its arguments, such as `pulumi up`; $SHELL when left out",
    )
    command: list[str] = parser.parse_args().command
    project = Path.cwd()
    if not (project / "Pulumi.yaml").exists():
        print(
            f"there is no Pulumi.yaml in {project}: change to the directory of the program", file=sys.stderr
        )
        return 1
    return interruptible_with_farewell(
        lambda: with_packages(lambda: _run(command, project)),
        "Interrupted: the local AWS and everything in it are gone.",
    )


def _run(command: Sequence[str], project: Path) -> int:
    from local.shell import run_in_local_run  # noqa: PLC0415  # it takes a while, and may be interrupted already

    return run_in_local_run(command, project)


if __name__ == "__main__":
    sys.exit(main())
