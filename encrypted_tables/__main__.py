"""`encrypted-tables`, and `python -m encrypted_tables`: one command for all that runs against AWS."""

import sys
from collections.abc import Callable, Sequence

from encrypted_tables.interruption import interruptible

NAME = "encrypted-tables"
COULD_NOT = 2
"""The exit status of a command that could not be done, or could not tell."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; its exit status, as `--help` states it."""

    def program() -> int:
        from encrypted_tables.command_line import command_line, run  # noqa: PLC0415  # after the signal handlers

        return run(command_line, arguments)

    return exit_status(program)


def exit_status(program: Callable[[], int]) -> int:
    """The exit status of a program; an interrupted one cleans up, says so, and could not be done."""
    try:
        return interruptible(program)
    except KeyboardInterrupt as interruption:
        notes = getattr(interruption, "__notes__", ())
        print("; ".join([f"{NAME}: interrupted", *notes]), file=sys.stderr)
        return COULD_NOT


def console_script() -> None:
    """The installed command."""
    sys.exit(main())


if __name__ == "__main__":
    console_script()
