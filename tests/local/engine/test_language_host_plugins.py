"""Policy packs, component plugins and environments, by the language host on the real engine."""

import dataclasses
import json
import os
from pathlib import Path

import pytest

from local.virtual_environments import ROOT
from tests.local.engine.conftest import Program
from tests.local.engine.projects import ONE_POLICY, command, make_pack, make_plugin


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
"""

USES_PART = """
import pulumi
class Part(pulumi.ComponentResource):
    double: pulumi.Output[int]
    def __init__(self):
        super().__init__("parts:index:Part", "part", {"size": 21, "double": None}, remote=True)
pulumi.export("double", Part().double)
"""


def test_a_plugin_of_python_components_creates_them(program: Program, tmp_path: Path) -> None:
    stack = program(USES_PART, plugins={"providers": [{"name": "parts", "path": "plugin"}]})
    (make_plugin(tmp_path) / "__main__.py").write_text(
        PART + "component_provider_host(name='parts', components=[Part])\n"
    )

    stack.up().checked()

    assert stack.outputs() == {"double": 42}


def test_a_plugin_that_is_a_package_is_run_by_its_name(program: Program, tmp_path: Path) -> None:
    stack = program(USES_PART, plugins={"providers": [{"name": "parts", "path": "plugin"}]})
    plugin = make_plugin(tmp_path)
    (plugin / "parts.py").write_text(PART)
    (plugin / "pyproject.toml").write_text(
        "[build-system]\nrequires = ['setuptools']\n[project]\nname = 'parts'\nversion = '1.0.0'\n"
    )
    installed = {"PYTHONPATH": str(plugin)}
    stack = dataclasses.replace(stack, environment={**stack.environment, **installed})

    stack.up().checked()

    assert stack.outputs() == {"double": 42}


def test_a_plugin_that_cannot_be_run_says_what_is_missing(program: Program, tmp_path: Path) -> None:
    stack = program(USES_PART, plugins={"providers": [{"name": "parts", "path": "plugin"}]})
    make_plugin(tmp_path)

    result = stack.preview()

    assert result.exit_code != 0
    assert "neither `__main__.py` nor a buildable `pyproject.toml`" in result.output


def test_about_shows_the_programs_python_and_its_packages(program: Program) -> None:
    done = command(program("import pulumi\n"), "about", "--json")

    about = json.loads(done.stdout)
    assert about["runtime"]["executable"] == str(ROOT / "venv" / "bin" / "python")
    assert {"name": "pulumi_aws", "version": "7.51.1"} in about["dependencies"]


def test_pulumi_install_creates_the_virtual_environment(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a package index, the environment is created and the error of pip is shown."""
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
