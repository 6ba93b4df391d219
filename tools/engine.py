"""The Pulumi engine that runs on this machine: found, or built once and kept."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tools import engine_build, official_installer
from tools.attempt import AttemptFailedError, say
from tools.cache import CacheError

LANGUAGE_HOST = "pulumi-language-python"
OLDEST = (3, 249, 0)
"""The first engine that analyses an exported state without login (`policy analyze --file`)."""

OWN_HOST = Path(__file__).resolve().parent / "language_host" / LANGUAGE_HOST
HOST_VARIABLES = {engine_build.HOST_VARIABLE: str(OWN_HOST)}
REMEDY = (
    "Install Pulumi (https://www.pulumi.com/docs/install/), or let this machine reach the Go module proxy "
    "and the Python package index; then run `make setup` again."
)


class EngineNotFoundError(Exception):
    """No engine could be found or built; the message says what was tried."""


@dataclass(frozen=True)
class Engine:
    """An engine that can run Python programs.

    `origin` tells people where it came from. Its Python language host is found when `path_entries`
    come first on PATH and `variables` are in the environment.
    """

    pulumi: Path
    version: str
    origin: str
    path_entries: tuple[Path, ...]
    variables: Mapping[str, str] = field(default_factory=dict)


def find_engine(*, may_build: bool = True) -> Engine:
    """The first engine of: on PATH, in the cache, from the official installer, built from Go modules.

    Args:
        may_build: whether to download or build one when there is none yet; yes when left out.

    Raises:
        EngineNotFoundError: none of these worked; says why for each.
    """
    searches = [_on_path, _installed, _built]
    if may_build:
        searches += [_install, _build]
    failures = []
    for search in searches:
        try:
            return search()
        except CacheError as error:
            raise EngineNotFoundError(f"No Pulumi engine: {error}.") from error
        except AttemptFailedError as failure:
            failures.append(f"  - {failure}")
    raise EngineNotFoundError("\n".join(["No Pulumi engine. Tried:", *failures, REMEDY]))


def _on_path() -> Engine:
    found = shutil.which("pulumi")
    if not found:
        raise AttemptFailedError("pulumi on PATH: not there")
    version = engine_version(Path(found))
    if _numbers(version) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise AttemptFailedError(f"pulumi on PATH: {found} is {version}, older than {oldest}")
    beside = Path(found).resolve().parent
    if not shutil.which(LANGUAGE_HOST, path=os.pathsep.join([str(beside), os.environ.get("PATH", "")])):
        raise AttemptFailedError(f"pulumi on PATH: {found} has no {LANGUAGE_HOST} beside it or on PATH")
    # In a shell of this project the built engine is the one on PATH; what its language host needs stays set.
    kept = {name: os.environ[name] for name in HOST_VARIABLES if name in os.environ}
    return Engine(Path(found), version, "on PATH", (beside,), kept)


def _installed() -> Engine:
    directory = official_installer.destination()
    if not (directory / "pulumi").exists():
        raise AttemptFailedError("an earlier official installation in the cache: none")
    return _cached(directory, "official installer")


def _built() -> Engine:
    directory = engine_build.destination()
    if not engine_build.is_complete(directory):
        raise AttemptFailedError("an earlier build in the cache: none")
    return _cached(directory, "built from Go modules", HOST_VARIABLES)


def _install() -> Engine:
    try:
        official_installer.install()
    except AttemptFailedError as failure:
        say(f"Not installed: {failure}")
        raise
    return _installed()


def _build() -> Engine:
    engine_build.build()
    return _built()


def _cached(directory: Path, origin: str, variables: Mapping[str, str] | None = None) -> Engine:
    pulumi = directory / "pulumi"
    try:
        version = engine_version(pulumi)
    except AttemptFailedError as failure:
        raise AttemptFailedError(f"{failure}; remove {directory} to have it made again") from failure
    return Engine(pulumi, version, origin, (directory,), variables or {})


def engine_version(pulumi: Path) -> str:
    """The version that the program states.

    Raises:
        AttemptFailedError: it does not run, or states none.
    """
    quiet = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        shown = subprocess.run(
            [pulumi, "version"], capture_output=True, text=True, check=True, timeout=60, env=quiet
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise AttemptFailedError(f"{pulumi} does not run: {error}") from error
    version = shown.stdout.strip().removeprefix("v")
    if not _numbers(version):
        raise AttemptFailedError(f"{pulumi} states no version, but {version!r}")
    return version


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version.partition("-")[0])[:3])


def main() -> int:
    """Find or build the engine and say which it is."""
    try:
        engine = find_engine()
    except EngineNotFoundError as error:
        say(str(error))
        return 1
    print(f"{engine.pulumi} {engine.version} ({engine.origin})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
