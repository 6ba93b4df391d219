"""The checksums of an evidence folder: `SHA256SUMS`, as `sha256sum --check` reads it."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from encrypted_tables.errors import UserError
from encrypted_tables.private_file import write_private

SUMS = "SHA256SUMS"


def write_with_checksums(directory: Path, files: Mapping[str, str]) -> str:
    """Write files and their checksums into a directory; return the checksum of SHA256SUMS itself."""
    for name, text in files.items():
        write_private(directory / name, text)
    sums = _sums({name: text.encode() for name, text in files.items()})
    write_private(directory / SUMS, sums)
    return sha256(sums.encode())


def read_with_checksums(directory: Path) -> tuple[dict[str, bytes], str]:
    """The files of a directory, after a check that nothing has changed, and the checksum of SHA256SUMS.

    Raises:
        UserError: the directory cannot be read, or a file was edited, removed or added; names each one.
    """
    try:
        files = {path.name: path.read_bytes() for path in sorted(directory.iterdir())}
    except OSError as error:
        raise UserError(f"{error.filename or directory}: {error.strerror}.") from None
    if SUMS not in files:
        raise UserError(f"{directory}: no {SUMS}. Give a folder that `verify --evidence` wrote.")
    sums = files.pop(SUMS)
    if faults := _faults(sums, files):
        raise UserError(f"{directory} has changed since it was written: {'; '.join(faults)}.")
    return files, sha256(sums)


def sha256(content: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _sums(files: Mapping[str, bytes]) -> str:
    return "".join(f"{sha256(content)}  {name}\n" for name, content in sorted(files.items()))


def _faults(sums: bytes, files: Mapping[str, bytes]) -> list[str]:
    lines = (line.partition("  ") for line in sums.decode(errors="replace").splitlines())
    wanted = {name: digest for digest, _, name in lines}
    edited = [name for name, content in files.items() if name in wanted and wanted[name] != sha256(content)]
    faults = [
        *(f"{name} was edited" for name in edited),
        *(f"{name} is missing" for name in sorted(wanted.keys() - files.keys())),
        *(f"{name} is not in {SUMS}" for name in sorted(files.keys() - wanted.keys())),
    ]
    # Any other difference, such as a line break, means that the checksums were edited.
    return faults if faults or sums == _sums(files).encode() else [f"{SUMS} was edited"]
