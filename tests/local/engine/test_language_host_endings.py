"""How a run ends when it is interrupted: nothing is left running, and no traceback is shown."""

import os
import signal
from pathlib import Path

import pytest

from tests.local.engine.conftest import Program
from tests.local.engine.processes import is_running, wait_until
from tests.local.engine.projects import ONE_POLICY, make_pack


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing_running_and_shows_no_traceback(
    program: Program, tmp_path: Path, sign: signal.Signals
) -> None:
    started = tmp_path / "started"
    stack = program(
        "import os, pathlib, time\n"
        f"pathlib.Path({str(started)!r}).write_text(str(os.getpid()))\n"
        "time.sleep(600)\n"
    )
    process = stack.start("preview")
    wait_until(lambda: started.exists() and started.read_text() != "")

    os.killpg(process.pid, sign)
    output, _ = process.communicate(timeout=30)

    assert process.returncode != 0
    assert "Traceback" not in output
    wait_until(lambda: not is_running(int(started.read_text())))


def test_program_and_host_end_with_a_killed_engine(program: Program, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    stack = program(
        "import os, pathlib, time\n"
        f"pathlib.Path({str(pids)!r}).write_text(f'{{os.getpid()}} {{os.getppid()}}')\n"
        "time.sleep(600)\n"
    )
    process = stack.start("preview")
    wait_until(lambda: pids.exists() and " " in pids.read_text())

    process.kill()
    process.communicate(timeout=30)

    wait_until(lambda: not any(is_running(int(pid)) for pid in pids.read_text().split()))


def test_an_interrupted_run_ends_the_children_of_the_program_and_programs_that_ignore_the_request(
    program: Program, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    stack = program(
        "import os, pathlib, signal, subprocess, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen(['sleep', '600'])\n"
        f"pathlib.Path({str(pids)!r}).write_text(f'{{os.getpid()}} {{child.pid}}')\n"
        "time.sleep(600)\n"
    )
    process = stack.start("preview")
    wait_until(lambda: pids.exists() and " " in pids.read_text())

    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=30)

    wait_until(lambda: not any(is_running(int(pid)) for pid in pids.read_text().split()))


def test_an_interrupted_run_ends_its_packs(program: Program, tmp_path: Path) -> None:
    pid, started = tmp_path / "pid", tmp_path / "started"
    pack = make_pack(
        tmp_path,
        f"import os, pathlib\npathlib.Path({str(pid)!r}).write_text(str(os.getpid()))\n" + ONE_POLICY,
    )
    stack = program(f"import pathlib, time\npathlib.Path({str(started)!r}).touch()\ntime.sleep(600)\n")
    process = stack.start("preview", "--policy-pack", str(pack))
    wait_until(started.exists)

    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=30)

    assert "Traceback" not in output
    wait_until(lambda: not is_running(int(pid.read_text())))
