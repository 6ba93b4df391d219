"""A stack of the real engine: its commands and their results."""

import json
import shlex
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from encrypted_tables.engine import child
from encrypted_tables.engine.events import Event, Violation, read_events, violations
from encrypted_tables.engine.remedies import with_remedy
from encrypted_tables.errors import UserError


@dataclass(frozen=True)
class Result:
    """The result of a command. `output` is what the CLI printed; `events` are the engine's events (empty for
    commands without them, such as `config set`).
    """

    command: Sequence[str]
    exit_code: int
    output: str
    events: Sequence[Event] = field(default=(), repr=False)

    @property
    def changes(self) -> dict[str, int]:
        """Number of resources by operation, without unchanged ones: `{"create": 3}`."""
        summaries = [event["summaryEvent"] for event in self.events if "summaryEvent" in event]
        changes: Mapping[str, int] = (summaries[-1].get("resourceChanges") or {}) if summaries else {}
        return {operation: count for operation, count in changes.items() if operation != "same"}

    @property
    def violations(self) -> list[Violation]:
        """All violations, advisory and mandatory."""
        return violations(self.events)

    def checked(self) -> "Result":
        """Return this result if the command succeeded.

        Raises:
            StackError: the command failed; the message holds the command and its output.
        """
        if self.exit_code != 0:
            raise StackError(self)
        return self


class StackError(UserError):
    """A command of the engine failed."""

    def __init__(self, result: Result) -> None:
        self.result = result
        super().__init__(
            f"`{shlex.join(result.command)}` ended with exit status {result.exit_code}:\n"
            + with_remedy(result.output)
        )


@dataclass(frozen=True)
class Stack:
    """A stack in a project directory. `environment` is the whole environment of each command; nothing is
    inherited. `event_log` is where `run(events=True)` has the engine write its events.
    """

    name: str
    project: Path
    pulumi: Path
    environment: Mapping[str, str] = field(repr=False)
    event_log: Path | None = None

    def run(
        self, *arguments: str, on_line: Callable[[str], None] | None = None, events: bool = False
    ) -> Result:
        """Run `pulumi <arguments> --stack <name>` to its end; `on_line` sees each line as it comes."""
        log = self.event_log if events else None
        if log:
            log.unlink(missing_ok=True)
        extra = ["--event-log", str(log)] if log else []
        lines = []
        command, where = self._command(*arguments, *extra), (self.project, self.environment)
        with child.child(command, *where, stderr=subprocess.STDOUT) as process:
            assert process.stdout is not None  # noqa: S101  # Popen was given a pipe
            for line in process.stdout:
                lines.append(line)
                if on_line:
                    on_line(line.rstrip("\n"))
            exit_code = process.wait()
        return Result(("pulumi", *arguments), exit_code, "".join(lines), read_events(log) if log else ())

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the command in its own process group, with one output stream, and return at once."""
        command = self._command(*arguments)
        return child.start(command, self.project, self.environment, stderr=subprocess.STDOUT)

    def captured(
        self, *arguments: str, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run `pulumi <arguments>` with separate outputs and these additional environment variables."""
        environment = {**self.environment, **(variables or {})}
        return child.run(self._command(*arguments), self.project, environment)

    def shown(self, *arguments: str) -> int:
        """Run `pulumi <arguments>`, show its output, and return its exit status."""
        command = self._command(*arguments)
        return child.run(command, self.project, self.environment, is_shown=True).returncode

    def _command(self, *arguments: str) -> list[str]:
        return [str(self.pulumi), *arguments, "--stack", self.name, "--non-interactive"]

    def init(self, *flags: str) -> "Stack":
        """Create the stack in the backend: `pulumi stack init`."""
        self.run("stack", "init", *flags).checked()
        return self

    def preview(self, *flags: str, on_line: Callable[[str], None] | None = None) -> Result:
        """`pulumi preview`."""
        return self.run("preview", *flags, on_line=on_line, events=True)

    def up(self, *flags: str, on_line: Callable[[str], None] | None = None) -> Result:
        """`pulumi up`, approved beforehand and without a preview."""
        return self.run("up", "--yes", "--skip-preview", *flags, on_line=on_line, events=True)

    def refresh(self, *flags: str) -> Result:
        """`pulumi refresh`, approved beforehand and without a preview: read AWS into the state."""
        return self.run("refresh", "--yes", "--skip-preview", *flags, events=True)

    def destroy(self, *flags: str, on_line: Callable[[str], None] | None = None) -> Result:
        """`pulumi destroy`, approved beforehand and without a preview."""
        return self.run("destroy", "--yes", "--skip-preview", *flags, on_line=on_line, events=True)

    def set_config(self, key: str, value: str, *flags: str) -> Result:
        """`pulumi config set --path`: `key` may name an element of a list or map."""
        return self.run("config", "set", "--path", key, value, *flags).checked()

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs with decrypted secrets; never log them."""
        return self._json("stack", "output", "--json", "--show-secrets")

    def export(self) -> dict[str, Any]:
        """The stack's state as `pulumi stack export` writes it: secrets stay encrypted."""
        return self._json("stack", "export")

    def _json(self, *arguments: str) -> dict[str, Any]:
        process = self.captured(*arguments)
        Result(("pulumi", *arguments), process.returncode, process.stderr).checked()
        value: dict[str, Any] = json.loads(process.stdout)
        return value
