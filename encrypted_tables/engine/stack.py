"""One stack of the real engine: its commands, and what they said and did."""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from encrypted_tables.interruption import interruptions_held

Event = Mapping[str, Any]


@dataclass(frozen=True)
class Violation:
    """What a policy reported of one resource."""

    policy: str
    level: str
    urn: str
    message: str


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
        """All that policies reported, advisory or mandatory."""
        reports = [event["policyEvent"] for event in self.events if "policyEvent" in event]
        return [
            Violation(r["policyName"], r["enforcementLevel"], r.get("resourceUrn", ""), r["message"])
            for r in reports
        ]

    def checked(self) -> "Result":
        """This result, if the command succeeded.

        Raises:
            StackError: it did not; the message holds the command and its output.
        """
        if self.exit_code != 0:
            raise StackError(self)
        return self


class StackError(Exception):
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
    """

    name: str
    project: Path
    pulumi: Path
    environment: Mapping[str, str] = field(repr=False)
    event_log: Path

    def run(
        self, *arguments: str, on_line: Callable[[str], None] | None = None, events: bool = False
    ) -> Result:
        """Run `pulumi <arguments> --stack <name>` to its end; `on_line` sees each line as it comes."""
        self.event_log.unlink(missing_ok=True)
        extra = ["--event-log", str(self.event_log)] if events else []
        process = None
        lines = []
        try:
            with interruptions_held():
                process = self.start(*arguments, *extra)
            assert process.stdout is not None  # noqa: S101  # Popen was given a pipe
            for line in process.stdout:
                lines.append(line)
                if on_line:
                    on_line(line.rstrip("\n"))
            exit_code = process.wait()
        except BaseException:
            if process:
                interrupt(process)
            raise
        return Result(
            ("pulumi", *arguments), exit_code, "".join(lines), read_events(self.event_log) if events else ()
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the command in a process group of its own and return at once."""
        return subprocess.Popen(
            [str(self.pulumi), *arguments, "--stack", self.name, "--non-interactive"],
            cwd=self.project,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )

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
        process = subprocess.run(
            [str(self.pulumi), *arguments, "--stack", self.name, "--non-interactive"],
            cwd=self.project,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        Result(("pulumi", *arguments), process.returncode, process.stderr).checked()
        value: dict[str, Any] = json.loads(process.stdout)
        return value


def read_events(log: Path) -> list[Event]:
    """The engine's events from its log; a last line cut short by a kill is left out."""
    if not log.exists():
        return []
    events = []
    for line in log.read_text(encoding="utf-8").splitlines():
        try:
            events.append(json.loads(line))
        except ValueError:
            break
    return events


def interrupt(process: subprocess.Popen[str], *, patience: float = 30.0) -> None:
    """End a running command as Ctrl-C does; after `patience` seconds, for good."""
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
