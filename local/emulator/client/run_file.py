"""A run of the local AWS, and the file from which a later run restores it."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

FILE = "run.json"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


class RunFileError(Exception):
    """The file of an earlier run cannot be read; the message says what to do."""


@dataclass(frozen=True)
class Credentials:
    """An access key of the local AWS."""

    access_key_id: str
    secret_access_key: str = field(repr=False)

    @classmethod
    def random(cls) -> "Credentials":
        """New random credentials in AWS's format."""
        return cls("AKIA" + "".join(secrets.choice(ALPHABET) for _ in range(16)), secrets.token_urlsafe(30))


@dataclass(frozen=True)
class Run:
    """The port and the credentials of a run. Port 0 means any free port."""

    port: int
    root: Credentials
    owner: Credentials
    control_token: str = field(repr=False)

    @classmethod
    def new(cls, port: int) -> "Run":
        """A new run with new access keys."""
        return cls(port, Credentials.random(), Credentials.random(), secrets.token_urlsafe(32))

    @classmethod
    def of(cls, state_dir: Path, port: int) -> "Run":
        """The run saved in the directory, or a new one; on `port` unless that is 0.

        Raises:
            RunFileError: the directory's file is damaged.
        """
        file = state_dir / FILE
        if not file.exists():
            return cls.new(port)
        run = cls._read(file)
        return replace(run, port=port or run.port)

    @classmethod
    def _read(cls, file: Path) -> "Run":
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
            return cls(
                found["port"],
                Credentials(**found["root"]),
                Credentials(**found["owner"]),
                found["control_token"],
            )
        except (ValueError, KeyError, TypeError) as error:
            raise RunFileError(
                f"{file} cannot be read ({error!r}): remove the directory {file.parent} to start with an "
                "empty local AWS"
            ) from error

    def write(self, state_dir: Path) -> None:
        """Save it for a later run, mode 0600."""
        new = state_dir / f"{FILE}.new"
        new.unlink(missing_ok=True)
        descriptor = os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(self), file)
        new.replace(state_dir / FILE)
