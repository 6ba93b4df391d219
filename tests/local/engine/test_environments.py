"""When an environment must be recreated, and what a failed or interrupted creation leaves behind."""

import platform
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from local.engine import virtualenv
from local.engine.virtualenv import VirtualEnvironmentError
from local.virtual_environments import STAMP, Environment, environments, make_missing

PROJECT = '[project]\nname = "shop"\nversion = "1.0.0"\n[tool.ruff]\nline-length = 110\n'
LOCKED = f"rich==15.0.0 --hash=sha256:{'0' * 64}\n"


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """An environment with one package, and a package index that cannot be reached."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setenv("PIP_RETRIES", "0")
    (tmp_path / "lock.txt").write_text(LOCKED)
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    return Environment(tmp_path / "venv", "a test", tmp_path / "lock.txt", tmp_path)


def completed(environment: Environment) -> Environment:
    environment.directory.mkdir()
    (environment.directory / STAMP).write_text(environment.stamp)
    assert environment.is_complete
    return environment


def test_a_complete_environment_is_not_recreated(environment: Environment) -> None:
    kept = completed(environment).directory / "kept"
    kept.touch()

    make_missing([environment])

    assert kept.exists()


def test_an_environment_without_its_stamp_is_not_complete(environment: Environment) -> None:
    environment.directory.mkdir()

    assert not environment.is_complete


def test_a_changed_lock_makes_it_incomplete(environment: Environment) -> None:
    completed(environment).lock.write_text(LOCKED.replace("15.0.0", "15.0.1"))

    assert not environment.is_complete


def test_a_changed_command_of_the_project_makes_it_incomplete(
    environment: Environment, tmp_path: Path
) -> None:
    completed(environment)
    (tmp_path / "pyproject.toml").write_text(PROJECT + '[project.scripts]\nshop = "shop:main"\n')

    assert not environment.is_complete


def test_a_changed_lint_setting_leaves_it_complete(environment: Environment, tmp_path: Path) -> None:
    completed(environment)
    (tmp_path / "pyproject.toml").write_text(PROJECT.replace("110", "100"))

    assert environment.is_complete


def test_another_python_makes_it_incomplete(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    completed(environment)
    monkeypatch.setattr(platform, "python_version", lambda: "3.99.0")

    assert not environment.is_complete


def test_a_moved_environment_is_not_complete(environment: Environment) -> None:
    stamp = completed(environment).stamp
    moved = replace(environment, directory=environment.directory.with_name("moved"))

    assert moved.stamp != stamp


def test_an_unreachable_package_index_is_one_message_and_no_stamp(environment: Environment) -> None:
    with pytest.raises(VirtualEnvironmentError) as error:
        make_missing([environment])

    assert "rich==15.0.0" in str(error.value)
    assert str(environment.directory) in str(error.value)
    assert "package index" in str(error.value)
    assert not environment.is_complete


def test_an_incomplete_environment_is_recreated(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    (environment.directory / "bin").mkdir(parents=True)
    (environment.directory / "half").touch()
    monkeypatch.setattr("local.engine.virtualenv.create", Path.mkdir)
    monkeypatch.setattr("local.engine.virtualenv.install", lambda *_: None)
    monkeypatch.setattr("local.engine.virtualenv.install_project", lambda *_: None)

    make_missing([environment])

    assert environment.is_complete
    assert not (environment.directory / "half").exists()


def test_the_error_names_a_python_that_cannot_create_environments(
    environment: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho ensurepip is not available\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(virtualenv, "base_python", lambda: str(broken))

    with pytest.raises(VirtualEnvironmentError, match="ensurepip is not available") as error:
        make_missing([environment])
    assert "python3-venv" in str(error.value)


def test_environments_are_created_by_a_python_outside_the_active_environment() -> None:
    """With this checkout's environment activated, `python3` is a file that is about to be removed."""
    assert sys.prefix != sys.base_prefix
    assert not Path(virtualenv.base_python()).is_relative_to(sys.prefix)


def test_each_environment_of_the_checkout_has_a_lock_file() -> None:
    assert [environment.lock.exists() for environment in environments()] == [True, True, True]
    assert len({environment.stamp for environment in environments()}) == 3
