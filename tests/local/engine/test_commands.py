"""The command lines of programs and plugins."""

from pathlib import Path

import pytest
from pulumi.runtime.proto import language_pb2

from local.engine.language_host.commands import plugin_command, program_command
from local.engine.language_host.project import Project, UserError

BUILDABLE = '[build-system]\nrequires = ["setuptools"]\n[project]\nname = "some-parts"\n'


@pytest.fixture
def project(tmp_path: Path) -> Project:
    python = tmp_path / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    return Project(tmp_path, tmp_path, tmp_path / "venv")


def plugin(project: Project, kind: str = "resource") -> language_pb2.RunPluginRequest:
    info = language_pb2.ProgramInfo(root_directory=str(project.root), program_directory=str(project.root))
    return language_pb2.RunPluginRequest(info=info, kind=kind, args=["127.0.0.1:1"])


def test_a_program_gets_its_context_and_its_arguments(project: Project) -> None:
    request = language_pb2.RunRequest(
        info=language_pb2.ProgramInfo(root_directory=str(project.root), entry_point="app.py"),
        monitor_address="127.0.0.1:2",
        project="tables",
        stack="dev",
        pwd=str(project.root),
        parallel=16,
        args=["--verbose"],
    )

    command = program_command(project, "/bin/runner", "127.0.0.1:1", request)

    assert command == [
        *(project.python, "-u", "/bin/runner"),
        *("--monitor", "127.0.0.1:2", "--engine", "127.0.0.1:1", "--project", "tables"),
        *("--root_directory", str(project.root), "--stack", "dev", "--pwd", str(project.root)),
        *("--dry_run", "false", "--parallel", "16"),
        *("app.py", "--verbose"),
    ]


def test_a_program_without_an_entry_point_is_run_by_its_directory(project: Project) -> None:
    command = program_command(project, "/bin/runner", "127.0.0.1:1", language_pb2.RunRequest(dryRun=True))

    assert command[-1] == "."
    assert command[command.index("--dry_run") + 1] == "true"


def test_a_policy_pack_is_run_by_the_policy_module(project: Project) -> None:
    assert plugin_command(project, plugin(project, "analyzer"))[1:] == [
        *("-u", "-m", "pulumi.policy", "127.0.0.1:1", str(project.root))
    ]


def test_a_main_module_wins_over_a_package(project: Project) -> None:
    (project.root / "__main__.py").touch()
    (project.root / "pyproject.toml").write_text(BUILDABLE)

    assert plugin_command(project, plugin(project))[1:] == ["-u", str(project.root), "127.0.0.1:1"]


def test_a_buildable_package_is_run_by_its_name(project: Project) -> None:
    (project.root / "pyproject.toml").write_text(BUILDABLE)

    assert plugin_command(project, plugin(project))[1:] == [
        *("-u", "-m", "pulumi.run.plugin", "some-parts", "127.0.0.1:1")
    ]


@pytest.mark.parametrize("text", ["", "[build-system]\n", '[project]\nname = "some-parts"\n'])
def test_a_package_that_cannot_be_built_is_refused(project: Project, text: str) -> None:
    (project.root / "pyproject.toml").write_text(text)

    with pytest.raises(UserError, match="buildable"):
        plugin_command(project, plugin(project))


def test_a_debugger_is_refused_and_not_ignored(project: Project) -> None:
    with pytest.raises(UserError, match="do not support debuggers"):
        program_command(project, "r", "e", language_pb2.RunRequest(attach_debugger=True))
    with pytest.raises(UserError, match="do not support debuggers"):
        plugin_command(project, language_pb2.RunPluginRequest(attach_debugger=True))
