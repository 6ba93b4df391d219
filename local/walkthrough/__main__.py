"""`make demo`: the walk-through, step by step, on the real engine and the local AWS."""

import sys

from encrypted_tables.interruption import interruptible_with_farewell
from encrypted_tables.missing_packages import with_packages


def main() -> int:
    """Run all steps. The exit status is 0 only if each went as expected."""
    return interruptible_with_farewell(
        lambda: with_packages(_demo), "Interrupted: the local AWS and everything in it are gone."
    )


def _demo() -> int:
    from local.walkthrough.demo import demo  # noqa: PLC0415  # it takes a while, and may be interrupted already

    return demo()


if __name__ == "__main__":
    sys.exit(main())
