"""Finds out from the output of tools why an installation failed: disk, permissions or network."""

import re
import shutil
from pathlib import Path

_DISK_FULL = re.compile(r"\[Errno (28|122)\]|no space left on device|disk quota exceeded", re.IGNORECASE)
_NOT_WRITABLE = re.compile(r"\[Errno (1|13|30)\]|permission denied|read-only file system", re.IGNORECASE)
_NO_VENV = re.compile(r"ensurepip|No module named '?venv")


_TOO_LITTLE = 10 * 2**20
"""Bytes of free space below which `venv` fails without a reason."""


def remedy(output: str, place: Path, unreachable: str) -> str:
    """What to do about a failed installation.

    Args:
        output: what the tool printed.
        place: the directory that it wrote to.
        unreachable: what to do if neither the disk nor permissions are the cause.
    """
    if _DISK_FULL.search(output) or _free_space(place) < _TOO_LITTLE:
        return f"The disk is full. Free some space for {place}, then run the same command again."
    if _NOT_WRITABLE.search(output):
        return f"{place} cannot be written. Make it writable for this user, or use your own checkout."
    if _NO_VENV.search(output):
        return "On Debian and Ubuntu, `apt install python3-venv` installs the missing part of Python."
    return unreachable


def _free_space(place: Path) -> int:
    """The free bytes on the disk of an existing or future place."""
    there = next(one for one in (place, *place.parents) if one.exists())
    return shutil.disk_usage(there).free
