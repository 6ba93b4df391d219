"""Files that only their owner may read."""

import os
from pathlib import Path
from typing import TextIO


def create_private(file: Path) -> TextIO:
    """Create a text file with mode 0600 and open it for writing.

    Raises:
        FileExistsError: there is one already, whatever its permissions.
    """
    return os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", newline="")
