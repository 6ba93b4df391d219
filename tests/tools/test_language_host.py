"""The Python language host on the real engine: what a user of a program, a pack or Ctrl-C sees."""

import dataclasses
import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from local_aws.stack import Stack
from tests.tools.conftest import Program
from tests.tools.processes import is_running, wait_until
from tools.environments import ROOT

ONE_POLICY = """
from pulumi_policy import *
def no(args, report):
    report("not today")
PolicyPack("p", [ResourceValidationPolicy("nothing", "Nothing", no, EnforcementLevel.MANDATORY)])
"""


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

    assert [n for n in range(5000) if f"line {n}\n" not in result.output] == []


def test_a_last_line_without_its_end_and_what_goes_to_stderr_arrive(program: Program) -> None:
    text = "import sys\nsys.stderr.write('to stderr 世界')\nsys.stdout.write('no newline')\n"

    result = program(text).preview().checked()

    assert "to stderr 世界" in result.output
    assert "no newline" in result.output


def test_a_syntax_error_shows_its_file_and_line(program: Program) -> None:
    result = program("import pulumi\nx = = 1\n").preview()

    assert result.exit_code != 0
    assert "SyntaxError: invalid syntax" in result.output
    assert '__main__.py", line 2' in result.output


def test_a_missing_module_is_named(program: Program) -> None:
    result = program("import no_such_module\n").preview()

    assert result.exit_code != 0
    assert "No module named 'no_such_module'" in result.output


def test_a_program_that_is_killed_fails_and_says_by_what(program: Program) -> None:
    result = program("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n").preview()

    assert result.exit_code != 0
    assert "program was ended by SIGKILL" in result.output


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


def test_the_program_knows_its_stack_and_whether_it_is_a_preview(program: Program) -> None:
    text = "import pulumi\nprint(pulumi.get_project(), pulumi.get_stack(), pulumi.runtime.is_dry_run())\n"
    stack = program(text)

    assert "program dev True" in stack.preview().checked().output
    assert "program dev False" in stack.up("--skip-preview").checked().output


def test_a_program_in_a_folder_of_its_own_runs_there(program: Program, tmp_path: Path) -> None:
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
def test_a_runtime_option_that_this_host_does_not_have_is_refused(
    program: Program, option: dict[str, str]
) -> None:
    result = program("import pulumi\n", options=option).preview()

    assert result.exit_code != 0
    assert f"{next(iter(option.values()))!r}" in result.output
    assert "Traceback" not in result.output


def test_a_missing_plugin_is_asked_for_in_the_version_of_its_package(program: Program) -> None:
    result = program("import pulumi_aws\npulumi_aws.iam.User('u')\n").preview()

    assert result.exit_code != 0
    assert "pulumi-resource-aws" in result.output
    assert "7.51.1" in result.output


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
        ONE_POLICY,
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


def test_a_killed_engine_takes_program_and_host_with_it(program: Program, tmp_path: Path) -> None:
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


def test_an_interrupted_run_ends_what_the_program_started_and_a_program_that_ignores_the_request(
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


PART = """
import pulumi
from typing import TypedDict
from pulumi.provider.experimental import component_provider_host
class PartArgs(TypedDict):
    size: pulumi.Input[int]
class Part(pulumi.ComponentResource):
    double: pulumi.Output[int]
    def __init__(self, name: str, args: PartArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__("parts:index:Part", name, {}, opts)
        self.double = pulumi.Output.from_input(args["size"]).apply(lambda size: 2 * int(size))
        self.register_outputs({"double": self.double})
component_provider_host(name="parts", components=[Part])
"""

USES_PART = """
import pulumi
class Part(pulumi.ComponentResource):
    double: pulumi.Output[int]
    def __init__(self):
        super().__init__("parts:index:Part", "part", {"size": 21, "double": None}, remote=True)
pulumi.export("double", Part().double)
"""


def test_a_plugin_of_python_components_makes_them(program: Program, tmp_path: Path) -> None:
    stack = program(USES_PART, plugins={"providers": [{"name": "parts", "path": "plugin"}]})
    (make_plugin(tmp_path) / "__main__.py").write_text(PART)

    stack.up().checked()

    assert stack.outputs() == {"double": 42}


def test_a_plugin_that_cannot_be_run_says_what_is_missing(program: Program, tmp_path: Path) -> None:
    stack = program(USES_PART, plugins={"providers": [{"name": "parts", "path": "plugin"}]})
    make_plugin(tmp_path)

    result = stack.preview()

    assert result.exit_code != 0
    assert "neither `__main__.py` nor a buildable `pyproject.toml`" in result.output


def test_about_tells_the_programs_python_and_its_packages(program: Program) -> None:
    done = command(program("import pulumi\n"), "about", "--json")

    about = json.loads(done.stdout)
    assert about["runtime"]["executable"] == str(ROOT / "venv" / "bin" / "python")
    assert {"name": "boto3", "version": "1.44.5"} in about["dependencies"]


def test_pulumi_install_makes_the_virtual_environment(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The package index is out of reach: what needs none is done, and the failure is told as pip tells it."""
    stack = program("import pulumi\n", virtualenv=tmp_path / "made")
    for name, value in {
        "PIP_INDEX_URL": "http://127.0.0.1:9/",
        "PIP_RETRIES": "0",
        "PIP_FIND_LINKS": "",
    }.items():
        monkeypatch.setenv(name, value)
    stack = dataclasses.replace(stack, environment={**os.environ, **stack.environment})

    done = command(stack, "install")

    assert done.returncode != 0
    assert (tmp_path / "made" / "bin" / "python").exists()
    assert "Creating virtual environment" in done.stdout + done.stderr
    assert "pip install --upgrade pip setuptools wheel` ended with exit status 1" in done.stdout + done.stderr


def make_plugin(directory: Path) -> Path:
    plugin = directory / "plugin"
    plugin.mkdir()
    options = {"toolchain": "pip", "virtualenv": str(ROOT / "venv")}
    (plugin / "PulumiPlugin.yaml").write_text(
        json.dumps({"name": "parts", "runtime": {"name": "python", "options": options}})
    )
    return plugin


def command(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command of the engine that knows no stack."""
    return subprocess.run(
        [stack.pulumi, *arguments, "--non-interactive"],
        cwd=stack.project,
        env=dict(stack.environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
