"""The components as a package, built and installed once, and projects that use it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

UNCOMPILED = {"PIP_NO_COMPILE": "1"}
"""Skip compilation, which takes half of the installation time; few of the modules are used."""
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
    directory = tmp_path_factory.mktemp("consumer") / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(directory)], check=True, timeout=120)
    pip = [str(directory / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, str(wheel)], env={**os.environ, **UNCOMPILED}, check=True, timeout=600)
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
