"""The components as a package, built and installed once, and projects that use it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from local import locks

COMPONENTS = Path(__file__).resolve().parents[2] / "components"


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package's files in git, because building leaves files behind."""
    copy = tmp_path_factory.mktemp("package") / "components"
    ignored = shutil.ignore_patterns("venv", "__pycache__", "build", "*.egg-info")
    shutil.copytree(COMPONENTS, copy, ignore=ignored)
    return copy


@pytest.fixture(scope="session")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as a wheel."""
    directory = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet"]
    subprocess.run([*pip, "--wheel-dir", str(directory), str(source)], check=True, timeout=300)
    (built,) = directory.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def virtualenv(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new virtual environment with only the wheel and its dependencies."""
    return new_environment(tmp_path_factory.mktemp("consumer") / "venv", sys.executable, wheel)


def new_environment(directory: Path, python: str, *packages: Path | str) -> Path:
    """A virtual environment of this Python with these packages, from the arguments of `uv pip install`.

    uv unpacks pulumi-aws ten times as fast as pip, which the commands in the docs use.
    """
    uv = locks.uv()
    subprocess.run([uv, "venv", "--seed", "--quiet", "--python", python, directory], check=True, timeout=120)
    python_here = directory / "bin" / "python"
    subprocess.run([uv, "pip", "install", "-q", "--python", python_here, *packages], check=True, timeout=600)
    return directory


@pytest.fixture(scope="session")
def plugin(source: Path, virtualenv: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plugin's directory, run by the environment that the wheel is installed in."""
    directory = tmp_path_factory.mktemp("plugin") / "components"
    shutil.copytree(source, directory)
    file = directory / "PulumiPlugin.yaml"
    content = yaml.safe_load(file.read_text())
    content["runtime"]["options"]["virtualenv"] = str(virtualenv)
    file.write_text(yaml.safe_dump(content))
    return directory
