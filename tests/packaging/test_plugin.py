"""The components' plugin: its schema, and the resources of a program that only knows the schema."""

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from encrypted_tables.engine.stack import Stack
from local.local_run import ROOT, LocalRun
from tests.documents import UNCOMPILED
from tests.packaging.schema import GOLDEN

# Like a generated SDK in any language: names in camelCase, and no code of the component.
REMOTE = """
import pulumi
import pulumi_aws as aws

class Remote(pulumi.ComponentResource):
    def __init__(self, component, name, inputs, outputs, opts=None):
        props = {**inputs, **dict.fromkeys(outputs)}
        super().__init__(f"encrypted-tables:index:{component}", name, props, opts, remote=True)
"""


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


def test_the_schema_has_not_changed(schema: Mapping[str, Any]) -> None:
    """A change here changes every SDK. If it is intended: python -m tests.packaging.schema."""
    assert schema == json.loads(GOLDEN.read_text())


def test_the_plugin_creates_the_same_resources_as_the_library(program: Callable[[str], Stack]) -> None:
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


def test_outputs_have_their_declared_types(
    program: Callable[[str], Stack], schema: Mapping[str, Any]
) -> None:
    """Also where a table has no stream, no replica or no key of its own."""
    resource = schema["resources"]["encrypted-tables:index:EncryptedTable"]
    tables = {
        "smallest": {},
        "with-stream": {"streamViewType": "KEYS_ONLY"},
        "with-replica": {"replicaRegions": ["eu-west-1"]},
    }
    stack = program(f"""
names = {[*resource["properties"]]!r}
tables = {tables!r}
key = aws.kms.Key("key")
for name, inputs in [*tables.items(), ("with-own-key", {{"keyArn": key.arn}})]:
    inputs = {{"partitionKey": {{"name": "id"}}, "ephemeral": True, **inputs}}
    table = Remote("EncryptedTable", name, inputs, names)
    pulumi.export(name, {{output: getattr(table, output) for output in names}})
""")

    stack.up().checked()

    found = stack.outputs()
    assert {*found} == {*tables, "with-own-key"}
    for name, outputs in found.items():
        given = {output: value for output, value in outputs.items() if value is not None}
        jsonschema.validate(given, json_schema(resource), cls=jsonschema.Draft202012Validator)
        assert outputs["declaration"]["tableName"] == name
    assert [found[name]["replicaKeyArns"] for name in ("smallest", "with-own-key")] == [{}, {}]
    assert [found[name].get("streamArn") for name in ("smallest", "with-own-key")] == [None, None]
    stack.destroy().checked()


@pytest.mark.parametrize(
    ("component", "arguments", "expected"),
    [
        ("EncryptedTable", {}, "partitionKey: is required"),
        ("EncryptedTable", {"partitionKey": {"nam": "id"}}, "partitionKey.nam: unknown setting"),
        ("EncryptedTable", {"keyUsres": []}, "keyUsres: unknown setting; did you mean keyUsers?"),
        ("EncryptedTable", {"deletionWindowInDays": 3}, "from 7 to 30, found 3."),
        ("EncryptedTable", {"keyUsers": ["*"]}, "keyUsers[0]: '*' has a wildcard"),
        ("TestUser", {}, "userName: is required"),
    ],
)
def test_an_invalid_argument_is_reported_without_a_traceback(
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


def json_schema(resource: Mapping[str, Any]) -> dict[str, Any]:
    """A resource's outputs as a JSON schema, which has the same types and no `$ref` to anything."""
    properties = {
        name: {**output, "additionalProperties": True}
        if "$ref" in output.get("additionalProperties", {})
        else output
        for name, output in resource["properties"].items()
    }
    return {"type": "object", "properties": properties, "required": resource["required"]}


def resources(stack: Stack) -> set[str]:
    """The names of the stack's resources."""
    return {one["urn"].rpartition("::")[2] for one in stack.export()["deployment"]["resources"]}


def policy_of(stack: Stack, key: str) -> str:
    """A key's policy in the stack's state."""
    found = [one for one in stack.export()["deployment"]["resources"] if one["urn"].endswith(f"::{key}")]
    return str(found[0]["outputs"]["policy"])
