"""Runtime options and virtual environments of programs and plugins."""

from pathlib import Path

import pytest

from local.engine.language_host.project import UserError, read_project


def test_a_virtual_environment_is_relative_to_the_project_file_not_to_the_program(tmp_path: Path) -> None:
    project = read_project(str(tmp_path), str(tmp_path / "program"), {"virtualenv": "venv"})

    assert project.virtualenv == tmp_path / "venv"


def test_the_option_overrides_the_default_virtual_environment(tmp_path: Path) -> None:
    given = read_project(str(tmp_path), str(tmp_path), {"virtualenv": "other"}, default_virtualenv="venv")
    left_out = read_project(str(tmp_path), str(tmp_path), {}, default_virtualenv="venv")

    assert given.virtualenv == tmp_path / "other"
    assert left_out.virtualenv == tmp_path / "venv"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"toolchain": "uv"}, "'uv'"),
        ({"toolchain": "poetry"}, "'poetry'"),
        ({"typechecker": "mypy"}, "'mypy'"),
        ({"virtualenv": 3}, "3"),
    ],
)
def test_an_unsupported_option_is_refused_with_its_value(
    options: dict[str, object], message: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=message) as refusal:
        read_project(str(tmp_path), str(tmp_path), options)
    assert str(tmp_path) in str(refusal.value)


def test_a_directory_that_is_not_a_virtual_environment_has_another_error_than_a_missing_one(
    tmp_path: Path,
) -> None:
    (tmp_path / "folder").mkdir()

    with pytest.raises(UserError, match="folder, which is not a virtual environment"):
        _ = read_project(str(tmp_path), str(tmp_path), {"virtualenv": "folder"}).python
    with pytest.raises(UserError, match="missing, which does not exist"):
        _ = read_project(str(tmp_path), str(tmp_path), {"virtualenv": "missing"}).python


def test_without_a_virtual_environment_the_first_python_on_path_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "python3"
    python.touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    project = read_project(str(tmp_path), str(tmp_path), {})

    assert project.python == str(python)

    python.unlink()
    with pytest.raises(UserError, match="No python3 on PATH"):
        _ = project.python


def test_an_activated_environment_comes_first_on_path_and_drops_pythonhome(tmp_path: Path) -> None:
    project = read_project(str(tmp_path), str(tmp_path), {"virtualenv": "venv"})

    environment = project.environment({"PATH": "/usr/bin", "PYTHONHOME": "/elsewhere", "KEPT": "yes"})

    assert environment == {
        "PATH": f"{tmp_path / 'venv' / 'bin'}:/usr/bin",
        "VIRTUAL_ENV": str(tmp_path / "venv"),
        "KEPT": "yes",
    }
