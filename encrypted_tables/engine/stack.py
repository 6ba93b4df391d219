"""One stack of the real engine: its commands, and what they said and did."""

import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from encrypted_tables.engine import child
from encrypted_tables.engine.events import Event, Violation, read_events, violations
from encrypted_tables.errors import UserError


@dataclass(frozen=True)
class Result:
    """How a command of the engine ended.

    `output` is what a person saw; `events` are the engine's own events (empty for commands that
    do not run the engine, such as `config set`).
    """

    command: Sequence[str]
    exit_code: int
    output: str
    events: Sequence[Event] = field(default=(), repr=False)

    @property
    def changes(self) -> dict[str, int]:
        """Resources by operation, without those that stayed the same: `{"create": 3}`."""
        summaries = [event["summaryEvent"] for event in self.events if "summaryEvent" in event]
        changes: Mapping[str, int] = (summaries[-1].get("resourceChanges") or {}) if summaries else {}
        return {operation: count for operation, count in changes.items() if operation != "same"}

    @property
    def violations(self) -> list[Violation]:
        """Everything that policies reported, advisory or mandatory."""
        return violations(self.events)

    def checked(self) -> "Result":
        """This result, if the command succeeded.

        Raises:
            StackError: it did not; the message holds the command and its output.
        """
        if self.exit_code != 0:
            raise StackError(self)
        return self


class StackError(UserError):
    """A command of the engine failed."""

    def __init__(self, result: Result) -> None:
        self.result = result
        super().__init__(
            f"`{' '.join(result.command)}` ended with exit status {result.exit_code}:\n{result.output}"
        )


@dataclass(frozen=True)
class Stack:
    """A stack in a project directory, reached through one environment.

    `environment` is the whole environment of every command: nothing of the caller's is added.
    `event_log` is where `run(events=True)` lets the engine write its events.
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
        """Start the command in a process group of its own and return at once; its output is one stream."""
        command = self._command(*arguments)
        return child.start(command, self.project, self.environment, stderr=subprocess.STDOUT)

    def captured(
        self, *arguments: str, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run `pulumi <arguments>` to its end, its two outputs apart; `variables` are added."""
        environment = {**self.environment, **(variables or {})}
        return child.run(self._command(*arguments), self.project, environment)

    def shown(self, *arguments: str) -> int:
        """Run `pulumi <arguments>` to its end, with its output for people; its exit status."""
        command = self._command(*arguments)
        return child.run(command, self.project, self.environment, is_shown=True).returncode

    def _command(self, *arguments: str) -> list[str]:
        return [str(self.pulumi), *arguments, "--stack", self.name, "--non-interactive"]

    def init(self) -> "Stack":
        """Make the stack in the backend."""
        self.run("stack", "init").checked()
        return self

    def preview(self, *flags: str, on_line: Callable[[str], None] | None = None) -> Result:
        """`pulumi preview`."""
        return self.run("preview", *flags, on_line=on_line, events=True)

    def up(self, *flags: str, on_line: Callable[[str], None] | None = None) -> Result:
        """`pulumi up`, with its preview, approved beforehand."""
        return self.run("up", "--yes", *flags, on_line=on_line, events=True)

    def refresh(self, *flags: str) -> Result:
        """`pulumi refresh`: take over into the state what AWS says."""
        return self.run("refresh", "--yes", *flags, events=True)

    def destroy(self, *flags: str, on_line: Callable[[str], None] | None = None) -> Result:
        """`pulumi destroy`, approved beforehand."""
        return self.run("destroy", "--yes", *flags, on_line=on_line, events=True)

    def set_config(self, key: str, value: str, *flags: str) -> Result:
        """`pulumi config set --path`: `key` may name an element of a list or map."""
        return self.run("config", "set", "--path", key, value, *flags).checked()

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs with secrets in the clear: for this process, never for a log."""
        return self._json("stack", "output", "--json", "--show-secrets")

    def export(self) -> dict[str, Any]:
        """The stack's state as `pulumi stack export` writes it: secrets stay encrypted."""
        return self._json("stack", "export")

    def _json(self, *arguments: str) -> dict[str, Any]:
        process = self.captured(*arguments)
        Result(("pulumi", *arguments), process.returncode, process.stderr).checked()
        value: dict[str, Any] = json.loads(process.stdout)
        return value
