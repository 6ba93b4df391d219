"""An engine with its own state and without AWS, for programs without resources."""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from encrypted_tables.engine.find import Engine
from encrypted_tables.engine.stack import Stack
from local.engine.find_or_build import find_or_build_engine
from local.virtual_environments import ROOT

Program = Callable[..., Stack]


@pytest.fixture(scope="session")
def engine() -> Engine:
    return find_or_build_engine()


@pytest.fixture(scope="session")
def empty_stack(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a new stack and its backend. Tests copy it, which saves each of them one engine
    start.
    """
    directory = tmp_path_factory.mktemp("empty-stack")
    (directory / "Pulumi.yaml").write_text(json.dumps({"name": "program", "runtime": "python"}))
    (directory / "backend").mkdir()
    Stack("dev", directory, engine.pulumi, environment(engine, directory)).init()
    return directory


def environment(engine: Engine, directory: Path) -> dict[str, str]:
    """The whole environment of the engine's commands."""
    return {
        **engine.variables,
        "PATH": os.pathsep.join([*map(str, engine.path_entries), os.environ["PATH"]]),
        "HOME": str(directory),
        "PULUMI_HOME": str(directory / "pulumi"),
        "PULUMI_BACKEND_URL": f"file://{directory / 'backend'}",
        "PULUMI_CONFIG_PASSPHRASE": "a passphrase",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DEBUG_COMMANDS": "true",
    }


@pytest.fixture
def program(engine: Engine, empty_stack: Path, tmp_path: Path) -> Program:
    """Creates a stack for a program given as text; `virtualenv` is the checkout's when left out.

    `options` are more runtime options; other arguments are settings of Pulumi.yaml.
    """

    def make(
        text: str,
        virtualenv: Path = ROOT / "venv",
        options: Mapping[str, str] = {},
        **settings: object,
    ) -> Stack:
        runtime = {"toolchain": "pip", "virtualenv": str(virtualenv), **options}
        project = {"name": "program", "runtime": {"name": "python", "options": runtime}, **settings}
        (tmp_path / "Pulumi.yaml").write_text(json.dumps(project))
        (tmp_path / "__main__.py").write_text(text)
        shutil.copytree(empty_stack / "backend", tmp_path / "backend")
        shutil.copy(empty_stack / "Pulumi.dev.yaml", tmp_path)
        return Stack("dev", tmp_path, engine.pulumi, environment(engine, tmp_path), tmp_path / "events.json")

    return make
