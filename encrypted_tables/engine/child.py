"""Child processes that end with this one: if it is interrupted, it interrupts them and waits."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from encrypted_tables.interruption import interruptions_held

PATIENCE_IN_SECONDS = 30.0


@contextmanager
def child(
    command: Sequence[str],
    directory: Path,
    environment: Mapping[str, str],
    *,
    stdin: int = subprocess.DEVNULL,
    stdout: int | None = subprocess.PIPE,
    stderr: int | None = subprocess.PIPE,
) -> Iterator[subprocess.Popen[str]]:
    """A running command in its own process group (default: without standard input). If the block raises, the
    command is interrupted as by Ctrl-C, and waited for.
    """
    process = None
    try:
        with interruptions_held():
            process = start(command, directory, environment, stdin=stdin, stdout=stdout, stderr=stderr)
        yield process
    except BaseException:
        if process:
            interrupt(process)
        raise


def start(
    command: Sequence[str],
    directory: Path,
    environment: Mapping[str, str],
    *,
    stdin: int = subprocess.DEVNULL,
    stdout: int | IO[str] | None = subprocess.PIPE,
    stderr: int | IO[str] | None = subprocess.PIPE,
) -> subprocess.Popen[str]:
    """Start a command in its own process group (default: without standard input), and return at once."""
    return subprocess.Popen(
        command,
        cwd=directory,
        env=dict(environment),
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        text=True,
        errors="replace",
        start_new_session=True,
    )


def run(
    command: Sequence[str],
    directory: Path,
    environment: Mapping[str, str],
    *,
    is_shown: bool = False,
    timeout: float | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end.

    Args:
        command: the program and its arguments.
        directory: where it runs.
        environment: its whole environment.
        is_shown: send its output to this process's outputs instead of returning it.
        timeout: in seconds (default: none).

    Raises:
        TimeoutExpired: the command took longer and was interrupted.
        OSError: the command cannot be started.
    """
    pipe = None if is_shown else subprocess.PIPE
    with child(command, directory, environment, stdout=pipe, stderr=pipe) as process:
        stdout, stderr = process.communicate(timeout=timeout)
    return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)


def interrupt(process: subprocess.Popen[str], *, patience: float = PATIENCE_IN_SECONDS) -> None:
    """Interrupt a running command as Ctrl-C does; kill it after `patience` seconds."""
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
