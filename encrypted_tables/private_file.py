"""Files that only their owner can read."""

import os
from pathlib import Path
from typing import TextIO


def create_private(file: Path) -> TextIO:
    """Create a text file with mode 0600 and open it for writing.

    Raises:
        FileExistsError: the file exists, whatever its permissions.
    """
    return os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", newline="")


def write_private(file: Path, text: str) -> None:
    """Write a text file with mode 0600; replace one that exists."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        os.fchmod(descriptor, 0o600)
        opened.write(text)
