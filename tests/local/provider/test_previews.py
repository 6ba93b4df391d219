"""Previews create nothing, show known values, and mark values that AWS chooses as unknown."""

from collections.abc import Callable
from typing import Any

import grpc
import pytest

from local.process import LocalAws
from local.provider.catalogue import RESOURCE_TYPES
from local.provider.values import UNKNOWN, Secret, Unknown
from tests.local.provider.protocol import Plugin, message_of

KEY = "aws:kms/key:Key"
TABLE = "aws:dynamodb/table:Table"

Unique = Callable[[str], str]


def table(name: str, key_arn: object) -> dict[str, Any]:
    return {
        "name": name,
        "hashKey": "id",
        "attributes": [{"name": "id", "type": "S"}],
        "billingMode": "PAY_PER_REQUEST",
        "serverSideEncryption": {"enabled": True, "kmsKeyArn": key_arn},
    }


def test_a_preview_creates_nothing(plugin: Plugin, aws: LocalAws, unique: Unique) -> None:
    name = unique("previewed")
    keys = len(aws.client("kms").list_keys()["Keys"])

    plugin.preview(KEY, {})
    plugin.preview(TABLE, table(name, UNKNOWN))

    assert name not in aws.client("dynamodb").list_tables()["TableNames"]
    assert len(aws.client("kms").list_keys()["Keys"]) == keys


def test_outputs_that_aws_will_choose_are_unknown(plugin: Plugin) -> None:
    previewed = plugin.preview(KEY, {"description": "d"})
    unknown = {name for name, value in previewed.items() if isinstance(value, Unknown)}

    assert {"arn", "keyId", "policy"} <= unknown
    assert (previewed["description"], previewed["region"], previewed["tagsAll"]) == ("d", "us-east-1", {})


def test_an_unknown_key_does_not_make_other_encryption_settings_unknown(
    plugin: Plugin, unique: Unique
) -> None:
    encryption = plugin.preview(TABLE, table(unique("partly"), UNKNOWN))["serverSideEncryption"]
    assert encryption["enabled"] is True
    assert isinstance(encryption["kmsKeyArn"], Unknown)


@pytest.mark.parametrize(
    ("type_name", "inputs", "output"),
    [
        ("aws:iam/accessKey:AccessKey", {"user": UNKNOWN}, "secret"),
        ("aws:iam/userLoginProfile:UserLoginProfile", {"user": "anna"}, "password"),
    ],
)
def test_an_unknown_secret_is_marked_as_a_secret(
    plugin: Plugin, type_name: str, inputs: dict[str, Any], output: str
) -> None:
    previewed = plugin.preview(type_name, inputs)
    assert isinstance(previewed[output], Secret)
    assert isinstance(previewed[output].value, Unknown)


def test_an_unknown_key_is_an_update_and_an_unknown_hash_key_a_replacement(
    plugin: Plugin, unique: Unique
) -> None:
    key = plugin.create(KEY, {})
    declared = table(unique("known"), key.state["arn"])
    made = plugin.create(TABLE, declared)

    by_key = plugin.diff(made, table(made.id, UNKNOWN))
    by_hash_key = plugin.diff(made, {**declared, "hashKey": UNKNOWN})

    assert (list(by_key.detailedDiff), list(by_key.replaces)) == (["serverSideEncryption.kmsKeyArn"], [])
    assert list(by_hash_key.replaces) == ["hashKey"]


def test_an_update_is_refused_while_an_input_is_unknown(plugin: Plugin, unique: Unique) -> None:
    with pytest.raises(grpc.RpcError) as failure:
        plugin.create(TABLE, table(unique("too-early"), UNKNOWN))
    assert message_of(failure) == "inputs of DynamoDB Table are not yet known: serverSideEncryption"


@pytest.mark.parametrize("type_name", sorted(RESOURCE_TYPES))
def test_every_type_can_be_previewed_with_all_its_required_inputs_unknown(
    plugin: Plugin, type_name: str
) -> None:
    resource_type = RESOURCE_TYPES[type_name]
    inputs: dict[str, Any] = {name: UNKNOWN for name, p in resource_type.inputs.items() if p.required}
    if type_name == TABLE:
        inputs |= {"hashKey": UNKNOWN, "billingMode": UNKNOWN}
    previewed = plugin.preview(type_name, inputs)
    outputs = {name for name, p in resource_type.properties.items() if p.output} - {"tagsAll"}

    assert outputs <= set(previewed)
