"""`python -m local.fork_preview`."""

import sys

from encrypted_tables.__main__ import exit_status
from encrypted_tables.missing_packages import with_packages


def main() -> int:
    """Run the command and return its exit status."""
    return exit_status(lambda: with_packages(_fork_preview))


def _fork_preview() -> int:
    from encrypted_tables.command_line import run  # noqa: PLC0415  # after the signal handlers
    from local.fork_preview.command import fork_preview  # noqa: PLC0415

    return run(fork_preview, None)


if __name__ == "__main__":
    sys.exit(main())
