"""The Python language host on the real engine: what a user of a program, a pack or Ctrl-C sees."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from tests.tools.conftest import Program
from tools.environments import ROOT


def test_a_programs_outputs_and_prints_reach_the_user(program: Program) -> None:
    stack = program("import pulumi\nprint('grüße')\npulumi.export('answer', 42)\n")

    result = stack.up().checked()

    assert "grüße" in result.output
    assert stack.outputs() == {"answer": 42}


def test_an_exception_shows_the_users_own_traceback_and_fails(program: Program) -> None:
    result = program("def broken():\n    raise ValueError('no such thing')\nbroken()\n").preview()

    assert result.exit_code != 0
    assert "ValueError: no such thing" in result.output
    assert "in broken" in result.output
    assert "host.py" not in result.output


def test_a_run_error_is_shown_without_a_traceback(program: Program) -> None:
    result = program("import pulumi\nraise pulumi.RunError('say which table')\n").preview()

    assert result.exit_code != 0
    assert "say which table" in result.output
    assert "Traceback" not in result.output


def test_a_program_that_exits_fails_with_its_status(program: Program) -> None:
    result = program("import sys\nprint('going')\nsys.exit(3)\n").preview()

    assert result.exit_code != 0
    assert "going" in result.output
    assert "3" in result.output


def test_config_and_secret_config_reach_the_program(program: Program) -> None:
    stack = program(
        "import pulumi\nc = pulumi.Config()\n"
        "pulumi.export('plain', c.require('plain'))\npulumi.export('secret', c.require_secret('hidden'))\n"
    )
    stack.set_config("plain", "a")
    stack.set_config("hidden", "correct horse", "--secret")

    result = stack.up().checked()

    assert "correct horse" not in result.output
    assert "correct horse" not in json.dumps(stack.export())
    assert stack.outputs() == {"plain": "a", "secret": "correct horse"}


def test_a_missing_virtual_environment_is_named_with_what_to_do(program: Program, tmp_path: Path) -> None:
    result = program("import pulumi\n", virtualenv=tmp_path / "nowhere").preview()

    assert result.exit_code != 0
    assert str(tmp_path / "nowhere") in result.output
    assert "pulumi install" in result.output


def test_much_output_arrives_whole(program: Program) -> None:
    result = program("for n in range(5000):\n    print('line', n)\n").preview().checked()

    assert "line 4999" in result.output


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


def test_a_pack_is_loaded_and_its_violation_fails_the_preview(program: Program, tmp_path: Path) -> None:
    pack = make_pack(
        tmp_path,
        "from pulumi_policy import *\n"
        "def no(args, report):\n    report('not today')\n"
        "PolicyPack('p', [ResourceValidationPolicy('nothing', 'Nothing', no, "
        "enforcement_level=EnforcementLevel.MANDATORY)])\n",
    )

    result = program("import pulumi\n").preview("--policy-pack", str(pack))

    assert result.exit_code != 0
    assert {v.policy for v in result.violations} == {"nothing"}


def test_a_pack_that_raises_shows_its_error(program: Program, tmp_path: Path) -> None:
    pack = make_pack(tmp_path, "raise ValueError('broken pack')\n")

    result = program("import pulumi\n").preview("--policy-pack", str(pack))

    assert result.exit_code != 0
    assert "broken pack" in result.output


def make_pack(directory: Path, text: str) -> Path:
    pack = directory / "pack"
    pack.mkdir()
    options = {"toolchain": "pip", "virtualenv": str(ROOT / "policy-pack" / "venv")}
    (pack / "PulumiPolicy.yaml").write_text(
        json.dumps({"runtime": {"name": "python", "options": options}, "version": "0.0.1"})
    )
    (pack / "__main__.py").write_text(text)
    return pack


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(condition: object, seconds: float = 20) -> None:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)
