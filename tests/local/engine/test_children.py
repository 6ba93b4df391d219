"""How the processes of a language host end."""

import sys
import time
from pathlib import Path

import pytest

from local.engine.language_host.children import PATIENCE_IN_SECONDS, Children, EndedError, end
from tests.local.engine.processes import is_running, wait_until

DEAF = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"
)


def test_a_process_that_ignores_the_request_to_end_is_killed() -> None:
    children = Children()
    process = children.start([sys.executable, "-c", DEAF], piped=True)
    assert process.stdout is not None
    process.stdout.readline()  # the signal is ignored from here on
    started = time.monotonic()

    children.end_all()

    assert process.poll() is not None
    assert time.monotonic() - started >= PATIENCE_IN_SECONDS


def test_the_children_of_a_process_end_with_it(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    children = Children()
    children.start(["sh", "-c", f"sleep 600 & echo $! > '{pid}'; wait"])
    wait_until(lambda: pid.exists() and pid.read_text().strip() != "")

    children.end_all()

    wait_until(lambda: not is_running(int(pid.read_text())))


def test_processes_that_ignore_the_request_are_killed_together() -> None:
    children = Children()
    processes = [children.start([sys.executable, "-c", DEAF], piped=True) for _ in range(3)]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    started = time.monotonic()

    children.end_all()

    assert time.monotonic() - started < len(processes) * PATIENCE_IN_SECONDS
    assert [process.poll() is not None for process in processes] == [True] * 3


def test_no_process_starts_while_all_are_being_ended() -> None:
    children = Children()
    children.end_all()

    with pytest.raises(EndedError):
        children.start(["sleep", "600"])


def test_ending_a_process_that_has_ended_does_nothing() -> None:
    children = Children()
    process = children.start(["true"])
    assert children.wait(process) == 0

    end(process)


def test_a_process_reads_nothing_from_the_engines_pipe() -> None:
    process = Children().start([sys.executable, "-c", "import sys; sys.exit(len(sys.stdin.read()))"])

    assert process.wait(10) == 0
