"""The Pulumi engine on this machine."""

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
"""The first engine that analyses an exported state without login (`policy analyze --file`)."""
LANGUAGE_HOST_VARIABLE = "ENCRYPTED_TABLES_LANGUAGE_HOST"
"""Where an engine that this project built finds its language host."""
_REMEDY = (
    "Install Pulumi (https://www.pulumi.com/docs/install/), or work in the shell that `make shell` opens: "
    "it has an engine on PATH."
)


class EngineNotFoundError(UserError):
    """No engine was found; the message says what was tried and what to do."""


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

    def environment(self) -> dict[str, str]:
        """This process's environment, with the engine first on PATH."""
        path = os.pathsep.join([*map(str, self.path_entries), os.environ.get("PATH", os.defpath)])
        return {**os.environ, **self.variables, "PATH": path}


Search = Callable[[], Engine]
"""One way to find an engine; raises AttemptFailedError if there is none that way."""


def find_engine() -> Engine:
    """The engine on PATH.

    Raises:
        EngineNotFoundError: there is none that can be used.
    """
    return first_engine([engine_on_path], _REMEDY)


def first_engine(searches: Sequence[Search], remedy: str) -> Engine:
    """The engine of the first search that finds one.

    Raises:
        EngineNotFoundError: none does; the message says why for each, and ends with the remedy.
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
        AttemptFailedError: there is none, or it is too old, does not run or has no language host.
    """
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
    # In the project's own shell, the engine on PATH is one that the project built.
    kept = {name: os.environ[name] for name in [LANGUAGE_HOST_VARIABLE] if name in os.environ}
    return Engine(Path(found), version, "on PATH", (beside,), kept)


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
