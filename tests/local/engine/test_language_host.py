"""Programs run by the language host on the real engine, from their author's view."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from local.engine.find_or_build import OWN_HOST
from local.virtual_environments import ROOT
from tests.local.engine.conftest import Program


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


def test_a_missing_virtual_environment_is_reported_with_advice(program: Program, tmp_path: Path) -> None:
    result = program("import pulumi\n", virtualenv=tmp_path / "nowhere").preview()

    assert result.exit_code != 0
    assert str(tmp_path / "nowhere") in result.output
    assert "pulumi install" in result.output


def test_long_output_arrives_complete(program: Program) -> None:
    result = program("for n in range(5000):\n    print('line', n)\n").preview().checked()

    assert [n for n in range(5000) if f"line {n}\n" not in result.output] == []


def test_an_unterminated_last_line_and_stderr_arrive(program: Program) -> None:
    text = "import sys\nsys.stderr.write('to stderr 世界')\nsys.stdout.write('no newline')\n"

    result = program(text).preview().checked()

    assert "to stderr 世界" in result.output
    assert "no newline" in result.output


def test_a_syntax_error_shows_its_file_and_line(program: Program) -> None:
    result = program("import pulumi\nx = = 1\n").preview()

    assert result.exit_code != 0
    assert "SyntaxError: invalid syntax" in result.output
    assert '__main__.py", line 2' in result.output


def test_the_error_names_a_missing_module(program: Program) -> None:
    result = program("import no_such_module\n").preview()

    assert result.exit_code != 0
    assert "No module named 'no_such_module'" in result.output


def test_a_killed_program_fails_with_the_name_of_the_signal(program: Program) -> None:
    result = program("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n").preview()

    assert result.exit_code != 0
    assert "program was ended by signal 9 (Killed)" in result.output


def test_the_program_runs_in_its_activated_virtual_environment(program: Program) -> None:
    text = (
        "import os, shutil, sys, pulumi\n"
        "pulumi.export('prefix', sys.prefix)\n"
        "pulumi.export('virtualenv', os.environ['VIRTUAL_ENV'])\n"
        "pulumi.export('python', shutil.which('python'))\n"
    )
    stack = program(text)
    stack.up().checked()

    venv = str(ROOT / "venv")
    assert stack.outputs() == {"prefix": venv, "virtualenv": venv, "python": f"{venv}/bin/python"}


def test_the_program_can_read_its_stack_and_whether_it_is_a_preview(program: Program) -> None:
    text = "import pulumi\nprint(pulumi.get_project(), pulumi.get_stack(), pulumi.runtime.is_dry_run())\n"
    stack = program(text)

    assert "program dev True" in stack.preview().checked().output
    assert "program dev False" in stack.up().checked().output


def test_a_program_in_a_subfolder_runs_there(program: Program, tmp_path: Path) -> None:
    stack = program("", main="deep/er")
    folder = tmp_path / "deep" / "er"
    folder.mkdir(parents=True)
    (folder / "beside.py").write_text("WORD = 'found'\n")
    (folder / "__main__.py").write_text(
        "import os, pulumi, beside\npulumi.export('word', beside.WORD)\npulumi.export('cwd', os.getcwd())\n"
    )

    stack.up().checked()

    assert stack.outputs() == {"word": "found", "cwd": str(folder)}


def test_config_of_other_namespaces_and_of_structures_reaches_the_program(program: Program) -> None:
    stack = program(
        "import pulumi\n"
        "pulumi.export('region', pulumi.Config('aws').require('region'))\n"
        "pulumi.export('list', pulumi.Config().require_object('deep')['list'])\n"
        "pulumi.export('secret', pulumi.runtime.is_config_secret('program:hidden'))\n"
    )
    stack.set_config("aws:region", "eu-west-1")
    stack.set_config("deep.list[0]", "öne")
    stack.set_config("hidden", "x", "--secret")

    stack.up().checked()

    assert stack.outputs() == {"region": "eu-west-1", "list": ["öne"], "secret": True}


@pytest.mark.parametrize("option", [{"toolchain": "uv"}, {"typechecker": "mypy"}])
def test_an_unsupported_runtime_option_is_refused(program: Program, option: dict[str, str]) -> None:
    result = program("import pulumi\n", options=option).preview()

    assert result.exit_code != 0
    assert f"{next(iter(option.values()))!r}" in result.output
    assert "Traceback" not in result.output


def test_a_missing_plugin_is_requested_in_the_version_of_its_package(program: Program) -> None:
    result = program("import pulumi_aws\npulumi_aws.iam.User('u')\n").preview()

    assert result.exit_code != 0
    assert "pulumi-resource-aws" in result.output
    assert "7.51.1" in result.output


def test_a_checkout_that_is_not_set_up_gets_the_command_to_run(tmp_path: Path) -> None:
    folder = tmp_path / "a checkout" / "local" / "engine" / "language_host"
    folder.mkdir(parents=True)
    launcher = shutil.copy(OWN_HOST, folder)

    done = subprocess.run([launcher, "127.0.0.1:1"], capture_output=True, text=True, check=False)

    assert done.returncode != 0
    assert done.stderr == (
        f"The Python language host needs {tmp_path / 'a checkout' / 'venv'}: run `make setup`.\n"
    )
