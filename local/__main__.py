"""`make shell`: a shell, or one command, in a local run with the `dev` stack."""

import argparse
import sys
from collections.abc import Sequence

from encrypted_tables.interruption import interruptible_with_farewell


def main() -> int:
    """Run the command given, or the user's shell, in a local run; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument(
        "command", nargs=argparse.REMAINDER, help="with its arguments, `pulumi up`; $SHELL when left out"
    )
    command: list[str] = parser.parse_args().command
    return interruptible_with_farewell(
        lambda: _run(command), "Interrupted: the local AWS and all that was in it are gone."
    )


def _run(command: Sequence[str]) -> int:
    from local.shell import run_in_local_run  # noqa: PLC0415  # it takes a while, and may be interrupted already

    return run_in_local_run(command)


if __name__ == "__main__":
    sys.exit(main())
