"""The components' plugin: its schema, and the resources of a program that only knows the schema."""

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from encrypted_tables.engine.stack import Stack
from local.local_run import ROOT, LocalRun
from tests.packaging.conftest import UNCOMPILED

GOLDEN = Path(__file__).parent / "schema.json"

# What a generated SDK does, in any language: names in camelCase, and no code of the component's.
REMOTE = """
import pulumi
import pulumi_aws as aws

class Remote(pulumi.ComponentResource):
    def __init__(self, component, name, inputs, outputs, opts=None):
        props = {**inputs, **dict.fromkeys(outputs)}
        super().__init__(f"encrypted-tables:index:{component}", name, props, opts, remote=True)
"""


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


@pytest.fixture(scope="session")
def schema(shared_run: LocalRun, plugin: Path) -> Mapping[str, Any]:
    """What `pulumi package get-schema` prints; it installs the plugin first."""
    done = subprocess.run(
        [shared_run.engine.pulumi, "package", "get-schema", str(plugin)],
        env={**shared_run.environment(), **UNCOMPILED},
        cwd=plugin.parent,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    content: Mapping[str, Any] = json.loads(done.stdout)
    return content


@pytest.fixture
def program(shared_run: LocalRun, plugin: Path, tmp_path: Path) -> Callable[[str], Stack]:
    """Makes projects whose program asks the plugin for components."""

    def make(source: str) -> Stack:
        options = {"toolchain": "pip", "virtualenv": str(ROOT / "venv")}
        project = {
            "name": "shop",
            "runtime": {"name": "python", "options": options},
            "plugins": {"providers": [{"name": "encrypted-tables", "path": str(plugin)}]},
        }
        (tmp_path / "Pulumi.yaml").write_text(json.dumps(project))
        (tmp_path / "__main__.py").write_text(REMOTE + source)
        return shared_run.stack(f"plugin-{tmp_path.name.replace('_', '-')}", tmp_path)

    return make


def test_the_schema_is_the_one_that_other_languages_rely_on(schema: Mapping[str, Any]) -> None:
    """A change here changes every SDK.

    If it is intended: pulumi package get-schema components > tests/packaging/schema.json.
    """
    assert json.loads(GOLDEN.read_text()) == schema


def test_every_argument_and_output_is_described(schema: Mapping[str, Any]) -> None:
    described = {
        f"{token}.{name}": property_.get("description")
        for group in ("resources", "types")
        for token, content in schema[group].items()
        for properties in ("inputProperties", "properties")
        for name, property_ in content.get(properties, {}).items()
    }

    assert len(described) > 50
    assert [name for name, description in described.items() if not description] == []


def test_components_of_the_plugin_are_those_of_the_library(program: Callable[[str], Stack]) -> None:
    """A user created by the plugin is a key user of a table of the plugin; both AWS providers are used."""
    stack = program("""
user = Remote("TestUser", "user", {"userName": "plugin-user"}, ["userArn", "secretAccessKey"])
eu = aws.Provider("eu", region="eu-west-1")
for name, opts in (("here", None), ("there", pulumi.ResourceOptions(providers=[eu]))):
    table = Remote("EncryptedTable", name, {
        "partitionKey": {"name": "id"},
        "keyUsers": [user.userArn],
        "keyPolicyStatements": [],
        "retainedKeyVersions": [1],
        "keyVersion": 2,
        "ephemeral": True,
    }, ["tableArn", "keyAlias"], opts)
    pulumi.export(name, {"arn": table.tableArn, "alias": table.keyAlias})
pulumi.export("secret", user.secretAccessKey)
""")

    stack.up().checked()

    assert stack.outputs()["here"] == {
        "arn": "arn:aws:dynamodb:us-east-1:111122223333:table/here",
        "alias": "alias/here",
    }
    assert stack.outputs()["there"]["arn"] == "arn:aws:dynamodb:eu-west-1:111122223333:table/there"
    assert "ciphertext" in json.dumps(stack.export()["deployment"]["resources"][0]["outputs"]["secret"])
    assert resources(stack) >= {"here-key", "here-key-2", "here-alias", "here-table", "there-key-2"}
    assert "plugin-user" in policy_of(stack, "here-key-2")
    assert stack.preview("--expect-no-changes").exit_code == 0
    stack.destroy().checked()


@pytest.mark.parametrize(
    ("component", "arguments", "expected"),
    [
        ("EncryptedTable", {}, "partitionKey: is required"),
        ("EncryptedTable", {"partitionKey": {"nam": "id"}}, "partitionKey.nam: unknown setting"),
        ("EncryptedTable", {"keyUsres": []}, "keyUsres: unknown setting; did you mean keyUsers?"),
        ("EncryptedTable", {"deletionWindowInDays": 3}, "from 7 to 30, found 3."),
        ("EncryptedTable", {"keyUsers": ["*"]}, "keyUsers[0]: '*' has a wildcard"),
        ("TestUser", {}, "Missing required input 'userName'"),
    ],
)
def test_an_argument_that_is_wrong_is_named_without_a_traceback(
    program: Callable[[str], Stack], component: str, arguments: dict[str, Any], expected: str
) -> None:
    stack = program(f"Remote({component!r}, 'orders', {arguments!r}, [])\n")

    result = stack.preview()
    messages = [event["diagnosticEvent"]["message"] for event in result.events if "diagnosticEvent" in event]
    (message,) = [text for text in messages if "resource 'orders' has a problem" in text]

    assert result.exit_code != 0
    assert expected in message
    assert "Traceback" not in message
    assert "site-packages" not in message


def resources(stack: Stack) -> set[str]:
    """The names of the stack's resources."""
    return {one["urn"].rpartition("::")[2] for one in stack.export()["deployment"]["resources"]}


def policy_of(stack: Stack, key: str) -> str:
    """A key's policy in the stack's state."""
    found = [one for one in stack.export()["deployment"]["resources"] if one["urn"].endswith(f"::{key}")]
    return str(found[0]["outputs"]["policy"])
