"""The Pulumi engine on this machine."""

import functools
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from encrypted_tables.errors import UserError
from encrypted_tables.terminal import AttemptFailedError

LANGUAGE_HOST = "pulumi-language-python"
OLDEST = (3, 249, 0)
"""The oldest supported version: the first that analyses an exported state without login (`policy analyze
--file`)."""
LANGUAGE_HOST_VARIABLE = "ENCRYPTED_TABLES_LANGUAGE_HOST"
"""Tells an engine built by this project where its language host is."""
REMEDY = (
    "Install Pulumi (https://www.pulumi.com/docs/install/), or work in the shell that `make shell` opens: "
    "it has an engine on PATH."
)


class EngineNotFoundError(UserError):
    """No engine was found; the message says what was tried and what to do."""


@dataclass(frozen=True)
class Engine:
    """An engine that can run Python programs. `origin` says, for users, where it came from. The engine finds
    its Python language host if `path_entries` come first on PATH and `variables` are set.
    """

    pulumi: Path
    version: str
    origin: str
    path_entries: tuple[Path, ...]
    variables: Mapping[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """This process's environment, with the engine first on PATH."""
        path = os.pathsep.join([*map(str, self.path_entries), os.environ.get("PATH", os.defpath)])
        return {**os.environ, **self.variables, "PATH": path}


Search = Callable[[], Engine]
"""One way to find an engine; raises AttemptFailedError if it finds none."""


def find_engine() -> Engine:
    """The engine on PATH.

    Raises:
        EngineNotFoundError: there is no usable engine.
    """
    return first_engine([engine_on_path], REMEDY)


def first_engine(searches: Sequence[Search], remedy: str) -> Engine:
    """The engine found by the first successful search.

    Raises:
        EngineNotFoundError: no search found one; the message gives each reason and ends with the remedy.
    """
    failures = []
    for search in searches:
        try:
            return search()
        except AttemptFailedError as failure:
            failures.append(f"  - {failure}")
    raise EngineNotFoundError("\n".join(["No Pulumi engine. Tried:", *failures, remedy]))


def engine_on_path() -> Engine:
    """The engine on PATH, with its language host.

    Raises:
        AttemptFailedError: there is no engine on PATH, or it is too old, does not run or has no language
        host.
    """
    found = shutil.which("pulumi")
    if not found:
        raise AttemptFailedError("pulumi on PATH: not found")
    version = engine_version(Path(found))
    if _numbers(version) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise AttemptFailedError(f"pulumi on PATH: {found} is {version}, older than {oldest}")
    beside = Path(found).resolve().parent
    if not shutil.which(LANGUAGE_HOST, path=os.pathsep.join([str(beside), os.environ.get("PATH", "")])):
        raise AttemptFailedError(f"pulumi on PATH: {found} has no {LANGUAGE_HOST} beside it or on PATH")
    # In the project's own shell, the engine on PATH is one that the project built.
    kept = {name: os.environ[name] for name in [LANGUAGE_HOST_VARIABLE] if name in os.environ}
    return Engine(Path(found), version, "on PATH", (beside,), kept)


@functools.cache
def engine_version(pulumi: Path) -> str:
    """The version that `pulumi version` prints.

    Raises:
        AttemptFailedError: it does not run, or prints no version.
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
        raise AttemptFailedError(f"{pulumi} printed no version but {version!r}")
    return version


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version.partition("-")[0])[:3])
