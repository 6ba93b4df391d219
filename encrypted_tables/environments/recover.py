"""Restores a stack's state from the newest readable copy in the same backend, if its file is damaged.

The engine keeps copies: the last state next to the file (`.bak`), one state per update in `history/`, and one
in `backups/` before a refresh, import or destroy changes the stack.
"""

import gzip
import json
import os
import shlex
import subprocess
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from encrypted_tables.engine.find import Engine
from encrypted_tables.environments.checkpoint import (
    Candidate,
    Found,
    UnreadableCheckpointError,
    newest,
    read_checkpoint,
)
from encrypted_tables.errors import UserError
from encrypted_tables.private_file import create_private

LOCAL = "file://"
GZIP, ZSTD = ".gz", ".zst"


@dataclass(frozen=True)
class Damage:
    """An unreadable state, and the copies that can replace it."""

    file: Path
    reason: str
    found: Found


def backend_url(engine: Engine, project: Path) -> str:
    """The backend that the engine uses in a project's directory.

    Raises:
        UserError: the engine is not logged in.
    """
    command = [str(engine.pulumi), "whoami", "--json", "--non-interactive"]
    result = subprocess.run(
        command, cwd=project, env=engine.environment(), capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise UserError(f"`pulumi whoami` failed:\n{result.stderr.strip()}")
    url: str = json.loads(result.stdout)["url"]
    return url


def state_directory(url: str) -> Path:
    """The directory of a backend in the file system.

    Raises:
        UserError: the backend is not a directory.
    """
    if not url.startswith(LOCAL):
        raise UserError(
            f"the state is in {url}, but only a backend in a directory (file://...) can be recovered here. "
            "Pulumi Cloud: `pulumi stack export --version N`. S3: restore the object's previous version."
        )
    path = Path(url.removeprefix(LOCAL).partition("?")[0]).expanduser().absolute()
    return path if path.name == ".pulumi" else path / ".pulumi"


def find_damage(state: Path, project: str, stack: str) -> Damage | None:
    """Check a stack's state; None if it is readable.

    Args:
        state: the backend's `.pulumi` directory.
        project: the project's name.
        stack: the stack's name, without organization and project.

    Raises:
        UserError: there is no such stack, its state is compressed with zstd, or an update holds its lock.
    """
    file = _state_file(state, project, stack)
    try:
        read_checkpoint(_content(file))
    except UnreadableCheckpointError as error:
        _refuse_lock(state / "locks" / "organization" / project / stack, stack)
        copies = (Candidate(str(copy), content) for copy, content in _copies(state, project, file, stack))
        return Damage(file, str(error), newest(copies))
    return None


def restore(damage: Damage) -> Path:
    """Replace the damaged file by the copy. Return the path at which the damaged file is kept.

    Raises:
        UserError: there is no readable copy.
    """
    if damage.found.checkpoint is None:
        raise UserError(f"no readable state found for {damage.file}")
    content = damage.found.checkpoint.text.encode()
    kept = _keep(damage.file)
    restoring = damage.file.with_name(f"{damage.file.name}.restoring")
    restoring.unlink(missing_ok=True)
    with create_private(restoring) as opened:
        opened.buffer.write(gzip.compress(content) if damage.file.suffix == GZIP else content)
        opened.flush()
        os.fsync(opened.fileno())
    restoring.replace(damage.file)
    return kept


def _state_file(state: Path, project: str, stack: str) -> Path:
    plain = state / "stacks" / project / f"{stack}.json"
    if plain.with_name(plain.name + ZSTD).exists():
        raise UserError(f"{plain}{ZSTD} is compressed with zstd, which is not supported; unpack it first")
    for file in (plain, plain.with_name(plain.name + GZIP)):
        if file.exists():
            return file
    raise UserError(f"there is no stack {stack} of the project {project}: {plain} does not exist")


def _refuse_lock(locks: Path, stack: str) -> None:
    if locks.is_dir() and any(locks.glob("*.json")):
        raise UserError(
            f"the stack {stack} is locked ({locks}). Make sure that no update is running, "
            f"then run `pulumi cancel --stack {shlex.quote(stack)} --yes` and repeat this command."
        )


def _copies(state: Path, project: str, file: Path, stack: str) -> Iterator[tuple[Path, bytes]]:
    """The engine's copies of a stack's state, including unreadable ones."""
    places = [
        (file.parent, f"{file.name}.bak"),
        # of PULUMI_RETAIN_CHECKPOINTS, and backups with another compression
        (file.parent, f"{stack}.json.*"),
        (state / "history" / project / stack, f"{stack}-*.checkpoint.json*"),
        (state / "backups" / project / stack, f"{stack}.*.json*"),
    ]
    seen = {file}
    for directory, pattern in places:
        for copy in sorted(directory.glob(pattern)):
            if copy not in seen and not copy.name.endswith((".attrs", ZSTD, f"{ZSTD}.bak", ".restoring")):
                seen.add(copy)
                yield copy, _content(copy)


def _content(file: Path) -> bytes:
    """The file's content; empty if its compressed data is truncated."""
    raw = file.read_bytes()
    if GZIP not in file.suffixes:
        return raw
    try:
        return gzip.decompress(raw)
    except (OSError, EOFError, zlib.error):
        return b""


def _keep(file: Path) -> Path:
    """Copy the damaged file to the same directory, under a name that the engine does not read."""
    number = 1
    while (kept := file.with_name(f"{file.name}.broken-{number}")).exists():
        number += 1
    with create_private(kept) as opened:
        opened.buffer.write(file.read_bytes())
    return kept
