"""The components as a wheel: its contents, and its use in another project."""

import json
import re
import tomllib
import zipfile
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest
import yaml

from encrypted_tables.engine.stack import Stack
from local.local_run import LocalRun
from tests.packaging.conftest import COMPONENTS

PROGRAM = """
import pulumi
from pulumi_encrypted_tables import EncryptedTable

orders = EncryptedTable(
    "orders",
    {"partition_key": {"name": "id"}, "key_users": ["role/app"], "table_name": "wheel-orders"},
)
pulumi.export("tableName", orders.table_name)
"""


@pytest.fixture
def stack(shared_run: LocalRun, virtualenv: Path, tmp_path: Path) -> Stack:
    """A separate project with the wheel in its environment."""
    options = {"toolchain": "pip", "virtualenv": str(virtualenv)}
    project = {"name": "shop", "runtime": {"name": "python", "options": options}}
    (tmp_path / "Pulumi.yaml").write_text(json.dumps(project))
    (tmp_path / "__main__.py").write_text(PROGRAM)
    return shared_run.stack("dev", tmp_path)


def test_a_program_of_another_project_previews_a_table(stack: Stack) -> None:
    result = stack.preview().checked()

    assert result.changes == {"create": 5}
    assert "encrypted-tables:index:EncryptedTable" in result.output


def test_the_wheel_holds_every_module_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as content:
        names = {name for name in content.namelist() if ".dist-info/" not in name}

    assert names == {
        f"pulumi_encrypted_tables/{name}"
        for name in [*(file.name for file in COMPONENTS.glob("*.py")), "py.typed", "pulumi-plugin.json"]
    }


def test_the_package_requires_no_plugin_named_after_it(virtualenv: Path) -> None:
    """Without its plugin file, the engine would look for a plugin `encrypted-tables` to download."""
    (installed,) = virtualenv.glob("lib/python*/site-packages/pulumi_encrypted_tables/pulumi-plugin.json")

    assert json.loads(installed.read_text())["resource"] is False


def test_the_lowest_versions_are_tested_by_this_project() -> None:
    project = tomllib.loads((COMPONENTS / "pyproject.toml").read_text())["project"]
    locked = dict(
        re.findall(r"^([a-z-]+)==([\d.]+)", (COMPONENTS / "requirements.txt").read_text(), re.MULTILINE)
    )

    lowest = dict(re.findall(r"^([\w-]+)>=([\d.]+),", line)[0] for line in project["dependencies"])

    assert lowest == {name: locked[name] for name in ("pulumi", "pulumi-aws", "pydantic")}


def test_the_plugin_and_the_package_have_the_same_version(virtualenv: Path) -> None:
    plugin = yaml.safe_load((COMPONENTS / "PulumiPlugin.yaml").read_text())
    (metadata,) = virtualenv.glob("lib/python*/site-packages/pulumi_encrypted_tables-*.dist-info")

    assert PathDistribution(metadata).version == plugin["version"]
