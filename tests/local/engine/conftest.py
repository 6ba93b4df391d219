"""An engine with a state of its own and no AWS, for programs without resources."""

import json
import os
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


@pytest.fixture
def program(engine: Engine, tmp_path: Path) -> Program:
    """Makes a stack of a program given as text; `virtualenv` is the checkout's own when left out.

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
        (tmp_path / "backend").mkdir()
        environment = {
            **engine.variables,
            "PATH": os.pathsep.join([*map(str, engine.path_entries), os.environ["PATH"]]),
            "HOME": str(tmp_path),
            "PULUMI_HOME": str(tmp_path / "pulumi"),
            "PULUMI_BACKEND_URL": f"file://{tmp_path / 'backend'}",
            "PULUMI_CONFIG_PASSPHRASE": "a passphrase",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_DEBUG_COMMANDS": "true",
        }
        return Stack("dev", tmp_path, engine.pulumi, environment, tmp_path / "events.json").init()

    return make
