"""`encrypted-tables`, and `python -m encrypted_tables`: one command for everything that runs against AWS."""

import sys
from collections.abc import Callable, Sequence

from encrypted_tables.errors import COULD_NOT, NAME
from encrypted_tables.interruption import interruptible
from encrypted_tables.missing_packages import with_packages


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status that `--help` describes."""

    def program() -> int:
        from encrypted_tables.command_line import command_line, run  # noqa: PLC0415  # after the signal handlers

        return run(command_line, arguments)

    return exit_status(lambda: with_packages(program))


def exit_status(program: Callable[[], int]) -> int:
    """The program's exit status. An interrupted program cleans up, prints a message and returns COULD_NOT."""
    try:
        return interruptible(program)
    except KeyboardInterrupt as interruption:
        notes = getattr(interruption, "__notes__", ())
        print("; ".join([f"{NAME}: interrupted", *notes]), file=sys.stderr)
        return COULD_NOT


def console_script() -> None:
    """Entry point of the installed command."""
    sys.exit(main())


if __name__ == "__main__":
    console_script()
