"""Reads the engine's checkpoints of a stack's state, and finds the newest readable one."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


class UnreadableCheckpointError(Exception):
    """The file has no complete checkpoint; the message says why."""


@dataclass(frozen=True)
class Checkpoint:
    """A complete checkpoint."""

    text: str = field(repr=False)
    """The checkpoint as the engine wrote it, with encrypted secrets."""
    saved: datetime
    """When the engine saved it."""
    resources: tuple[str, ...]
    """Type and name of each resource in the state."""
    pending: int
    """Operations that started and did not end."""


@dataclass(frozen=True)
class Candidate:
    """A file that may contain a state of the stack."""

    source: str
    """The file's path."""
    content: bytes = field(repr=False)
    """The uncompressed content."""


@dataclass(frozen=True)
class Found:
    """The newest readable checkpoint, and why other files could not be read."""

    source: str | None
    checkpoint: Checkpoint | None
    """None if no file has a complete checkpoint."""
    unreadable: dict[str, str]
    """The reason for each file without a complete checkpoint, by path."""


def read_checkpoint(content: bytes) -> Checkpoint:
    """Read a checkpoint, in the engine's format `apitype.VersionedCheckpoint`.

    https://pkg.go.dev/github.com/pulumi/pulumi/sdk/v3/go/common/apitype#VersionedCheckpoint

    Raises:
        UnreadableCheckpointError: the content is empty, cut or not a checkpoint.
    """
    if not content.strip(b"\0 \t\r\n"):
        raise UnreadableCheckpointError("empty")
    try:
        text = content.decode()
        document = json.loads(text)
    except ValueError as error:
        raise UnreadableCheckpointError(f"cut or damaged: {error}") from error
    try:
        latest = document["checkpoint"]["latest"]
        saved = datetime.fromisoformat(latest["manifest"]["time"])
        resources = tuple(_label(resource) for resource in latest.get("resources") or ())
        pending = len(latest.get("pending_operations") or ())
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise UnreadableCheckpointError(f"JSON, but not a checkpoint: {error!r}") from error
    if saved.tzinfo is None:
        raise UnreadableCheckpointError(f"its time has no time zone: {saved}")
    return Checkpoint(text, saved, resources, pending)


def newest(candidates: Iterable[Candidate]) -> Found:
    """Find the readable checkpoint that was saved last; the first one if several are equally new."""
    readable: list[tuple[str, Checkpoint]] = []
    unreadable = {}
    for candidate in candidates:
        try:
            readable.append((candidate.source, read_checkpoint(candidate.content)))
        except UnreadableCheckpointError as error:
            unreadable[candidate.source] = str(error)
    if not readable:
        return Found(None, None, unreadable)
    source, checkpoint = max(readable, key=lambda one: one[1].saved)
    return Found(source, checkpoint, unreadable)


def _label(resource: dict[str, Any]) -> str:
    """`aws:kms/key:Key orders`, from the resource's URN."""
    return f"{resource['type']} {resource['urn'].rpartition('::')[2]}"
