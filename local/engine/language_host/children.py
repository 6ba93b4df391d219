"""The child processes of a language host, which end with it."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

PATIENCE_IN_SECONDS = 2.0
"""Seconds between SIGTERM and SIGKILL. The engine gives its plugins 5 seconds."""

Process = subprocess.Popen[bytes]


class EndedError(Exception):
    """A process cannot start because the language host is shutting down."""


class Children:
    """Running processes. Each leads its own process group, so that its children end with it."""

    def __init__(self) -> None:
        self._running: set[Process] = set()
        self._closed = False
        self._lock = threading.Lock()

    def start(
        self,
        command: Sequence[str],
        directory: Path | None = None,
        environment: Mapping[str, str] | None = None,
        *,
        piped: bool = False,
    ) -> Process:
        """Start a command without input.

        Args:
            command: the program and its arguments.
            directory: where it runs; this process's working directory when left out.
            environment: its whole environment; this process's when left out.
            piped: whether its output is read through pipes; otherwise it shares this process's output.

        Raises:
            EndedError: `end_all` was called.
        """
        stream = subprocess.PIPE if piped else None
        with self._lock:
            if self._closed:
                raise EndedError("The language host is ending.")
            process = subprocess.Popen(
                command,
                cwd=directory,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )
            self._running.add(process)
        return process

    def wait(self, process: Process) -> int:
        """Wait for a process to end. Return its exit status, or minus the signal number if a signal ended
        it.
        """
        status = process.wait()
        with self._lock:
            self._running.discard(process)
        return status

    def end_all(self) -> None:
        """End all running processes, and refuse to start new ones."""
        with self._lock:
            self._closed = True
            running = list(self._running)
        end(*running)


def end(*processes: Process) -> None:
    """End processes and their children, first with SIGTERM, then with SIGKILL."""
    running = [process for process in processes if process.poll() is None]
    deadline = time.monotonic() + PATIENCE_IN_SECONDS
    for process in running:
        _signal_group(process, signal.SIGTERM)
    for process in running:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            continue
    for process in running:
        _signal_group(process, signal.SIGKILL)
        process.wait()


def _signal_group(process: Process, sign: signal.Signals) -> None:
    try:
        os.killpg(process.pid, sign)
    except (ProcessLookupError, PermissionError):  # macOS denies access to ended groups
        return
