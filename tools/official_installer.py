"""The official release of Pulumi, pinned, where it can be reached."""

import platform
import shutil
import tarfile
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from tools.attempt import AttemptFailedError
from tools.cache import cache_directory, locked

VERSION = "3.259.0"
RELEASES = "https://get.pulumi.com/releases/sdk"
PATIENCE_IN_SECONDS = 10
ARCHITECTURES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


def destination() -> Path:
    """Where the release is kept."""
    return cache_directory() / "official" / VERSION / "pulumi"


def install() -> None:
    """Download and unpack the release.

    Raises:
        AttemptFailedError: it cannot be reached, or there is none for this machine.
    """
    archive = f"{RELEASES}/pulumi-v{VERSION}-{platform.system().lower()}-{_architecture()}.tar.gz"
    with locked("official"):
        kept = destination().parent
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as unpacked:
            _unpack(archive, Path(unpacked))
            shutil.rmtree(kept, ignore_errors=True)
            Path(unpacked).rename(kept)
            Path(unpacked).mkdir()


def _architecture() -> str:
    machine = platform.machine().lower()
    if machine not in ARCHITECTURES:
        raise AttemptFailedError(f"the official installer: no release for {machine}")
    return ARCHITECTURES[machine]


def _unpack(archive: str, directory: Path) -> None:
    try:
        with (
            urllib.request.urlopen(archive, timeout=PATIENCE_IN_SECONDS) as response,  # noqa: S310  # https, pinned
            tarfile.open(fileobj=response, mode="r|gz") as tar,
        ):
            tar.extractall(directory, filter="data")
    except (OSError, tarfile.TarError, urllib.error.URLError) as error:
        raise AttemptFailedError(f"the official installer: {archive}: {error}") from error
