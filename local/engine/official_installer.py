"""Installs the official release of Pulumi, at a pinned version and after a check of its checksum.

https://www.pulumi.com/docs/iac/download-install/versions/
"""

import hashlib
import http.client
import platform
import shutil
import sys
import tarfile
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from encrypted_tables.engine.cache import CacheError, cache_directory, locked, made_whole
from encrypted_tables.terminal import AttemptFailedError, say

VERSION = "3.259.0"
ARCHIVES = "https://get.pulumi.com/releases/sdk"
# Checksums and archive come from different hosts, so that no single host can change both.
CHECKSUMS = f"https://github.com/pulumi/pulumi/releases/download/v{VERSION}/pulumi-{VERSION}-checksums.txt"
PATIENCE_IN_SECONDS = 10
CHUNK = 1 << 20
ARCHITECTURES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


def destination() -> Path:
    """The cache directory for the release."""
    return cache_directory() / "official" / VERSION


def install() -> None:
    """Download, check and unpack the release.

    Raises:
        AttemptFailedError: it cannot be downloaded, has the wrong checksum, or does not exist for this
            machine.
    """
    archive = archive_name()
    with locked("official"):
        expected = _checksum(archive)
        say(f"Downloading {ARCHIVES}/{archive}")
        with tempfile.TemporaryFile() as file:
            _download(f"{ARCHIVES}/{archive}", file, expected)
            try:
                with made_whole(destination()) as making:
                    _unpack(file, making)
            except (OSError, tarfile.TarError) as error:
                raise AttemptFailedError(f"the official release: {archive}: {error}") from error


def archive_name() -> str:
    """The name of the release's archive for this machine.

    Raises:
        AttemptFailedError: there is no release for this machine.
    """
    machine = platform.machine().lower()
    if machine not in ARCHITECTURES:
        raise AttemptFailedError(f"the official release: none for {machine}")
    return f"pulumi-v{VERSION}-{platform.system().lower()}-{ARCHITECTURES[machine]}.tar.gz"


def _checksum(archive: str) -> str:
    listed = b"".join(_read(CHECKSUMS)).decode(errors="replace")
    for line in listed.splitlines():
        checksum, _, name = line.partition(" ")
        if name.strip() == archive:
            return checksum
    raise AttemptFailedError(f"the official release: {CHECKSUMS} does not name {archive}")


def _download(address: str, file: IO[bytes], expected: str) -> None:
    digest = hashlib.sha256()
    for chunk in _read(address):
        digest.update(chunk)
        file.write(chunk)
    if (found := digest.hexdigest()) != expected:
        raise AttemptFailedError(
            f"the official release: {address} has the checksum {found}, not {expected} as {CHECKSUMS} says"
        )
    file.seek(0)


def _read(address: str) -> Iterator[bytes]:
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE_IN_SECONDS) as response:  # noqa: S310  # https, pinned
            while chunk := response.read(CHUNK):
                yield chunk
    except (OSError, http.client.HTTPException) as error:  # a URLError is an OSError
        raise AttemptFailedError(f"the official release: {address}: {error}") from error


def _unpack(file: IO[bytes], directory: Path) -> None:
    """Extract the programs from the archive's only directory, without tarfile's filters, which Python 3.11.2
    lacks.
    """
    with tarfile.open(fileobj=file, mode="r:gz") as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isfile() else None
            if content:
                program = directory / Path(member.name).name
                with program.open("wb") as unpacked:
                    shutil.copyfileobj(content, unpacked)
                program.chmod(0o755)


def main() -> int:
    """Install the release if it is not in the cache, and print its directory, for PATH."""
    try:
        if not (destination() / "pulumi").exists():
            install()
    except (AttemptFailedError, CacheError) as failure:
        say(str(failure))
        return 1
    print(destination())
    return 0


if __name__ == "__main__":
    sys.exit(main())
