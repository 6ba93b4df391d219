"""A new environment is one file and one command."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from encrypted_tables.__main__ import main
from encrypted_tables.engine.cache import cache_directory
from encrypted_tables.environments.existing_names import names
from encrypted_tables.environments.new import filled_template
from local.local_run import ROOT, LocalRun
from tests.warm_starts.cli import encrypted_tables


@pytest.fixture
def project(tmp_path: Path) -> Path:
    runtime = {"name": "python", "options": {"toolchain": "pip", "virtualenv": "venv"}}
    (tmp_path / "Pulumi.yaml").write_text(json.dumps({"name": "encrypted-tables", "runtime": runtime}))
    return tmp_path


TABLES = "encrypted-tables:tables"


def uncommented(text: str) -> str:
    """The file with all its settings enabled; if a setting appears twice, the last one applies."""
    return re.sub(r"^( *)#(?=(?:  +)?(?:- |[\w:-]+:))", r"\1", text, flags=re.MULTILINE)


def run(project: Path, command: str, *arguments: str) -> int:
    return main(["environments", command, "--project", str(project), *arguments])


def test_the_file_names_its_stack_and_region_and_explains_its_settings(project: Path) -> None:
    assert run(project, "new", "qa", "--region", "eu-west-1", "--file-only") == 0

    text = (project / "Pulumi.qa.yaml").read_text()
    config = yaml.safe_load(text)["config"]
    assert config["aws:region"] == "eu-west-1"
    assert config["encrypted-tables:ephemeral"] is False
    assert list(config["encrypted-tables:tables"]) == ["orders"]
    assert "pulumi up --stack qa" in text
    assert "«" not in text


def test_the_settings_have_the_name_of_the_project(project: Path) -> None:
    (project / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")

    assert run(project, "new", "qa", "--file-only") == 0

    config = yaml.safe_load((project / "Pulumi.qa.yaml").read_text())["config"]
    assert set(config) == {"aws:region", "shop:ephemeral", "shop:tables"}


def test_an_existing_environment_is_not_overwritten(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "Pulumi.qa.yaml").write_text("config: {}\n")

    assert run(project, "new", "qa", "--file-only") == 2
    assert (project / "Pulumi.qa.yaml").read_text() == "config: {}\n"
    assert "Pulumi.qa.yaml exists" in capsys.readouterr().err


@pytest.mark.parametrize("stack", ["", "QA", "../qa", "qa stack", "-qa", "1qa", "q" * 64])
def test_an_invalid_environment_name_is_refused(
    stack: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(project, "new", "--file-only", "--", stack) == 2
    assert f"{stack!r} is not a valid environment name" in capsys.readouterr().err
    assert names(project) == []


def test_an_invalid_region_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(project, "new", "qa", "--region", "Ireland", "--file-only") == 2
    assert "'Ireland' is not an AWS Region" in capsys.readouterr().err


def test_a_directory_without_a_project_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "new", "qa", "--file-only") == 2
    assert "there is no Pulumi.yaml in" in capsys.readouterr().err


def test_environments_are_listed_by_their_files(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("prod", "dev"):
        (project / f"Pulumi.{name}.yaml").touch()
    (project / "Pulumi.$(touch x).yaml").touch()

    run(project, "list", "--json")

    assert json.loads(capsys.readouterr().out) == ["dev", "prod"]


@pytest.mark.parametrize("value", ["true", '"true"', "true # for tests"])
def test_ephemeral_environments_can_be_left_out(
    value: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "Pulumi.dev.yaml").write_text(f"config:\n  encrypted-tables:ephemeral: {value}\n")
    (project / "Pulumi.prod.yaml").write_text("config:\n  # encrypted-tables:ephemeral: true\n")

    run(project, "list", "--lasting")

    assert capsys.readouterr().out == "prod\n"


@pytest.mark.parametrize(
    ("config", "is_listed"),
    [
        ("config:\n  shop:ephemeral: true\n", False),
        ("config:\n  # for tests\n  ephemeral: true\n", False),
        ("config: # one\n    aws:region: eu-west-1\n    'shop:ephemeral': 'true'\n", False),
        ("config:\n  other:ephemeral: true\n", True),
        ("config:\n  shop:tables:\n    orders:\n      ephemeral: true\n", True),
        ("config: {}\n", True),
        ("", True),
    ],
)
@pytest.mark.parametrize(
    "pulumi", ["name: shop\n", '{"name": "shop"}\n', "description: x\nname: 'shop' # y\n"]
)
def test_only_the_projects_own_setting_makes_an_environment_ephemeral(
    config: str, is_listed: bool, pulumi: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "Pulumi.yaml").write_text(pulumi)
    (project / "Pulumi.dev.yaml").write_text(config)

    assert run(project, "list", "--lasting") == 0

    assert capsys.readouterr().out.split() == (["dev"] if is_listed else [])


def test_one_command_makes_the_file_and_the_stack(shared_run: LocalRun, project: Path) -> None:
    """On the real engine: comments keep their place in the file, and the selected stack stays selected."""
    environment = {**shared_run.environment(), "XDG_CACHE_HOME": str(cache_directory().parent)}

    def pulumi(*arguments: str) -> str:
        command = [str(shared_run.engine.pulumi), *arguments]
        done = subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True, check=True
        )
        return str(done.stdout)

    pulumi("stack", "init", "dev")
    made = subprocess.run(
        encrypted_tables("environments", "new", "--project", str(project), "qa"),
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (made.returncode, made.stderr) == (0, "")
    stacks = {stack["name"]: stack["current"] for stack in json.loads(pulumi("stack", "ls", "--json"))}
    assert (stacks["qa"], stacks["dev"]) == (False, True)
    file = project / "Pulumi.qa.yaml"
    assert "encryptionsalt:" in file.read_text()
    pulumi("config", "set", "--stack", "qa", "--path", f"{TABLES}.orders.rotationPeriodInDays", "180")

    within = yaml.safe_load(uncommented(file.read_text()))["config"][TABLES]["orders"]
    template = filled_template("encrypted-tables", "qa", "us-east-1")
    assert within == {
        **yaml.safe_load(uncommented(template))["config"][TABLES]["orders"],
        "rotationPeriodInDays": 180,
    }


@pytest.mark.usefixtures("engine_on_path")
def test_a_stack_that_cannot_be_created_gives_the_next_step(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in os.environ if name.startswith("PULUMI_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{project}/nowhere")

    assert run(project, "new", "qa") == 2
    assert "Pulumi.qa.yaml was written, but the stack could not be created" in capsys.readouterr().err


def test_without_an_engine_no_file_is_written(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(project))

    assert run(project, "new", "qa") == 2
    assert "No Pulumi engine" in capsys.readouterr().err
    assert not (project / "Pulumi.qa.yaml").exists()
