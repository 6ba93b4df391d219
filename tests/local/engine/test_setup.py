"""`python3 -m local.setup` as a person runs it."""

import ast
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from encrypted_tables.engine.cache import CacheError
from encrypted_tables.interruption import INTERRUPTED
from local import setup
from local.virtual_environments import ROOT, Environment, environments
from tests.local.engine.processes import is_running, wait_until


@pytest.fixture
def ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout whose environments are complete."""
    monkeypatch.setattr(setup, "make_missing", lambda _: None)


def engine_that(says: str, monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
    """Replace `python -m encrypted_tables.engine.find` by a line of shell."""
    python = directory / "python"
    python.write_text(f"#!/bin/sh\n{says}\n")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize("status", [0, 1])
def test_the_exit_status_is_the_engines_when_the_environments_are_complete(
    status: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    engine_that(f"exit {status}", monkeypatch, tmp_path)

    assert setup.main() == status


def test_a_failed_environment_ends_the_engines_build_and_is_one_message(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pid = tmp_path / "pid"
    engine_that(f"sleep 600 & echo $! > '{pid}'; wait", monkeypatch, tmp_path)

    def fail(_: list[Environment]) -> None:
        wait_until(lambda: pid.exists() and pid.read_text() != "")
        raise CacheError("no package index")

    monkeypatch.setattr(setup, "make_missing", fail)

    assert setup.main() == 1
    assert capfd.readouterr().err.strip() == "no package index"
    wait_until(lambda: not is_running(int(pid.read_text())))


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_setup_ends_its_processes_and_shows_no_traceback(
    sign: signal.Signals, tmp_path: Path
) -> None:
    pid = tmp_path / "pid"
    fake = tmp_path / "python"
    fake.write_text(f"#!/bin/sh\nsleep 600 & echo $! > '{pid}'; wait\n")
    fake.chmod(0o755)
    program = (
        "import sys, local.setup as s\n"
        "s.make_missing = lambda _: None\n"
        f"sys.executable = {str(fake)!r}\n"
        "sys.exit(s.main())\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    wait_until(lambda: pid.exists() and pid.read_text() != "")

    os.kill(process.pid, sign)
    _, output = process.communicate(timeout=20)

    assert process.returncode == INTERRUPTED
    assert output.strip() == "Interrupted. Run the same command again to continue."
    wait_until(lambda: not is_running(int(pid.read_text())))


def test_an_old_python_gets_the_message_that_refuses_it() -> None:
    """The version is checked before anything that only newer versions know."""
    source = (ROOT / "local" / "setup.py").read_text()

    program = ast.parse(source, feature_version=(3, 7))

    first = [node for node in program.body if not isinstance(node, ast.Expr)][:2]
    assert [type(node).__name__ for node in first] == ["Import", "If"]


def test_setting_up_a_complete_checkout_is_quick() -> None:
    assert [one for one in environments() if not one.is_complete] == [], "run `make setup` first"

    done = subprocess.run(
        [sys.executable, "-m", "local.setup"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
