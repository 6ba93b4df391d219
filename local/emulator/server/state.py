"""The emulator's state on disk, so that a run can continue after `kill -9`.

The whole file is written after each call that may have changed something and before the call is answered. So
every answered call is kept; a call without an answer may or may not have happened, as on AWS. The file is not
synced to disk: a power failure may lose the last calls.
"""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from .. import ministack_adapter as ms
from ..refusal import RefusalError

FILE = "state.json"
FORMAT = 1
HIDDEN = "(hidden)"
SECRET = re.compile(
    r"secret|password|token|material|_(symmetric|hmac|private)_key|^SessionKey", re.IGNORECASE
)


class Stateful(Protocol):
    """A part of the emulator with state."""

    def get_state(self) -> Mapping[str, Any]:
        """All of it, as JSON values."""

    def load_persisted_state(self, data: Mapping[str, Any]) -> None:
        """Restore the result of an earlier `get_state`."""


def shown(services: Mapping[str, Stateful]) -> Mapping[str, Any]:
    """The state of all services for people to read, without secrets."""
    state = {name: service.get_state() for name, service in services.items()}
    found: Mapping[str, Any] = json.loads(json.dumps(state, default=ms.to_json), object_hook=_without_secrets)
    return found


def _without_secrets(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: HIDDEN if SECRET.search(name) else value for name, value in fields.items()}


class StateError(RefusalError):
    """The state cannot be read."""


class State:
    """The state of all services in one file."""

    def __init__(self, directory: Path, services: Mapping[str, Stateful]) -> None:
        self._file = directory / FILE
        self._services = services
        self._saved = ""

    def save(self) -> None:
        """Write the state if it changed.

        Raises:
            OSError: it could not be written, for example because the disk is full.
        """
        services = {name: service.get_state() for name, service in self._services.items()}
        text = json.dumps({"format": FORMAT, "services": services}, default=ms.to_json)
        if text == self._saved:
            return
        new = self._file.with_suffix(".new")
        descriptor = os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        new.replace(self._file)
        self._saved = text

    def load(self) -> None:
        """Restore the state of an earlier run, if there is one.

        Raises:
            StateError: the file is damaged, or of another version of the emulator.
        """
        if not self._file.exists():
            return
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"), object_hook=ms.from_json)
        except ValueError as error:
            raise StateError(
                f"{self._file} is damaged ({error}): remove its directory to start empty"
            ) from error
        if found.get("format") != FORMAT:
            raise StateError(
                f"{self._file} has format {found.get('format')!r}, this emulator reads {FORMAT}: "
                "remove its directory to start empty"
            )
        for name, data in found["services"].items():
            self._services[name].load_persisted_state(data)
