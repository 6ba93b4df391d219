"""Finds the engine for a local run, or downloads or builds it once."""

import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from encrypted_tables.engine.cache import CacheError
from encrypted_tables.engine.find import (
    LANGUAGE_HOST,
    LANGUAGE_HOST_VARIABLE,
    Engine,
    EngineNotFoundError,
    engine_on_path,
    engine_version,
    first_engine,
)
from encrypted_tables.terminal import AttemptFailedError, say
from local.engine import build, official_installer
from local.engine.install_failures import remedy

OWN_HOST = Path(__file__).resolve().parent / "language_host" / LANGUAGE_HOST
SDK_HOSTS = Path(__file__).resolve().parent / "sdk_generator" / "hosts"
"""Has a directory for each other language, with the host that generates SDKs for it."""
HOST_VARIABLES = {LANGUAGE_HOST_VARIABLE: str(OWN_HOST)}
REMEDY = (
    "Install Pulumi (https://www.pulumi.com/docs/install/), or give this machine access to the Go module "
    "proxy and the Python package index. Then run `make setup` again."
)


def find_or_build_engine(*, may_build: bool = True) -> Engine:
    """The first engine found: on PATH, in the cache, from the official installer, or built from Go modules.

    Args:
        may_build: whether to download or build one if none is found (default: yes).

    Raises:
        EngineNotFoundError: none of these worked; the message gives each reason.
    """
    searches = [engine_on_path, _installed, _built]
    if may_build:
        searches += [_install, _build]
    try:
        return first_engine(searches, REMEDY)
    except CacheError as error:
        raise EngineNotFoundError(f"No Pulumi engine: {error}.") from error


def _installed() -> Engine:
    directory = official_installer.destination()
    if not (directory / "pulumi").exists():
        raise AttemptFailedError("an earlier official installation in the cache: none")
    return _cached(directory, "official installer")


def _built() -> Engine:
    directory = build.destination()
    if not build.is_complete(directory):
        raise AttemptFailedError("an earlier build in the cache: none")
    hosts = [one for one in sorted(SDK_HOSTS.iterdir()) if not shutil.which(f"pulumi-language-{one.name}")]
    return _cached(directory, "built from Go modules", HOST_VARIABLES, hosts)


def _install() -> Engine:
    try:
        official_installer.install()
    except AttemptFailedError as failure:
        say(f"Not installed: {failure}")
        raise
    return _installed()


def _build() -> Engine:
    build.build()
    return _built()


def _cached(
    directory: Path, origin: str, variables: Mapping[str, str] | None = None, hosts: Iterable[Path] = ()
) -> Engine:
    pulumi = directory / "pulumi"
    try:
        version = engine_version(pulumi)
    except AttemptFailedError as failure:
        raise AttemptFailedError(f"{failure}; remove {directory}, and it is created again") from failure
    return Engine(pulumi, version, origin, (directory, *hosts), variables or {})


def main() -> int:
    """Find or build the engine and print which one it is."""
    try:
        engine = find_or_build_engine()
    except EngineNotFoundError as error:
        say(str(error))
        return 1
    except OSError as error:
        say(f"No Pulumi engine: {error}\n{remedy(str(error), Path(error.filename or OWN_HOST), REMEDY)}")
        return 1
    print(f"{engine.pulumi} {engine.version} ({engine.origin})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
