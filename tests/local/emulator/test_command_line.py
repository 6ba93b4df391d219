"""How `python -m local` and `python -m local.walkthrough` start and end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from encrypted_tables.interruption import INTERRUPTED
from local.virtual_environments import ROOT
from tests.local.shells import open_shell, project_in, run_in_shell

FAREWELL = "Interrupted: the local AWS and everything in it are gone."
ASKS_AWS_AT_ITS_END = """
import os, signal, sys, time, urllib.error, urllib.request
signals = []
signal.signal(signal.SIGINT, lambda *_: signals.append(True))
print("ready", flush=True)
while not signals:
    time.sleep(0.1)
time.sleep(0.5)
try:
    urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"])
except urllib.error.HTTPError:
    print("answered")
sys.exit(7)
"""


def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project_in(tmp_path_factory.mktemp("checkout"))


def test_help_starts_nothing() -> None:
    result = run("local", "--help", COLUMNS="120")

    assert (result.returncode, result.stderr) == (0, "")
    assert "$SHELL when left out" in result.stdout


@pytest.mark.parametrize("command", ["pulumy", "./pulumy"])
def test_an_unknown_command_is_one_message_and_starts_nothing(command: str, tmp_path: Path) -> None:
    result = run("local", command, "up", TMPDIR=str(tmp_path))

    assert result.returncode == 127
    assert result.stderr == f"{command}: command not found; nothing was started\n"
    assert list(tmp_path.iterdir()) == []


def test_the_exit_status_of_a_command_is_passed_on(project: Path, tmp_path: Path) -> None:
    result = run_in_shell(project, tmp_path, "sh", "-c", 'test -n "$AWS_ENDPOINT_URL" && exit 3')

    assert (result.returncode, result.stdout) == (3, "")
    assert result.stderr.startswith("engine: pulumi ")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_cancelled_or_hung_up_run_leaves_no_file_and_no_process(
    number: signal.Signals, project: Path, tmp_path: Path
) -> None:
    with open_shell(project, tmp_path, ["sh", "-c", "echo $$; exec sleep 600"]) as process:
        assert [file for file in tmp_path.rglob("passphrase") if file.is_file()] != []

        os.kill(process.pid, number)
        os.kill(process.pid, number)  # as make does, after the signal to the whole process group
        _, errors = process.communicate(timeout=20)

    assert process.returncode == INTERRUPTED
    assert errors.splitlines()[2:] == [FAREWELL]
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_goes_to_the_command_and_the_local_aws_answers_until_it_ends(
    project: Path, tmp_path: Path
) -> None:
    with open_shell(project, tmp_path, [sys.executable, "-c", ASKS_AWS_AT_ITS_END]) as process:
        os.killpg(process.pid, signal.SIGINT)
        out, errors = process.communicate(timeout=20)

    assert (process.returncode, out, errors.splitlines()[2:]) == (7, "answered\n", [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("program", "imported"), [("local", "botocore"), ("local.walkthrough", "rich")])
def test_an_interruption_while_the_program_is_still_loaded_shows_no_traceback(
    program: str, imported: str, tmp_path: Path
) -> None:
    (tmp_path / f"{imported}.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")

    result = run(program, PYTHONPATH=str(tmp_path))

    assert (result.returncode, result.stdout, result.stderr) == (INTERRUPTED, "", f"{FAREWELL}\n")
