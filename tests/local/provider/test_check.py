"""Inputs are checked before AWS is called, and unsupported ones are rejected by name."""

from collections.abc import Iterator, Mapping
from typing import Any

import grpc
import pytest

from local.provider.catalogue import RESOURCE_TYPES
from local.provider.check import Checked, check
from local.provider.schema import Kind, Property
from local.provider.values import UNKNOWN, Secret
from tests.local.provider.protocol import Plugin, message_of

KEY = RESOURCE_TYPES["aws:kms/key:Key"]
TABLE = RESOURCE_TYPES["aws:dynamodb/table:Table"]
ORDERS = {
    "name": "orders",
    "hashKey": "id",
    "attributes": [{"name": "id", "type": "S"}],
    "billingMode": "PAY_PER_REQUEST",
}
SAMPLES: Mapping[Kind, Any] = {
    Kind.STRING: "x",
    Kind.INTEGER: 1,
    Kind.NUMBER: 1.5,
    Kind.BOOLEAN: True,
    Kind.LIST: ["x"],
    Kind.MAP: {"x": "y"},
    Kind.OBJECT: {"x": "y"},
}


def reasons(checked: Checked) -> dict[str, str]:
    """All that is wrong with each property."""
    found: dict[str, str] = {}
    for failure in checked.failures:
        found[failure.property] = f"{found.get(failure.property, '')}{failure.reason}\n"
    return {name: text.strip() for name, text in found.items()}


def unsupported(properties: Mapping[str, Property], path: str = "") -> Iterator[tuple[str, Property]]:
    """The inputs, at any depth, that only the official plugin knows."""
    for name, p in properties.items():
        where = f"{path}{name}"
        if not p.supported:
            yield where, p
        elif p.kind is Kind.OBJECT:
            yield from unsupported(p.properties, f"{where}.")
        elif p.element is not None and p.element.kind is Kind.OBJECT:
            yield from unsupported(p.element.properties, f"{where}[0].")


def nested(path: str, value: object) -> dict[str, Any]:
    """Inputs with this value at a path: `a[0].b` gives `{"a": [{"b": value}]}`."""
    head, _, rest = path.partition(".")
    inner = nested(rest, value) if rest else value
    return {head.removesuffix("[0]"): [inner] if head.endswith("[0]") else inner}


UNSUPPORTED = [
    pytest.param(name, path, p, id=f"{name}-{path}")
    for name, resource_type in RESOURCE_TYPES.items()
    for path, p in unsupported(resource_type.inputs)
]


@pytest.mark.parametrize(("type_name", "path", "property_"), UNSUPPORTED)
def test_the_error_names_an_unsupported_property_and_the_official_plugin(
    type_name: str, path: str, property_: Property
) -> None:
    resource_type = RESOURCE_TYPES[type_name]
    found = reasons(check(resource_type, nested(path, SAMPLES[property_.kind]), {}))

    assert found[path] == (
        f"the local AWS provider does not support the property {path!r} of {type_name}: leave it out, "
        "or install the official plugin: pulumi plugin install resource aws 7.51.1"
    )


def test_the_error_names_an_unknown_property() -> None:
    found = reasons(check(TABLE, {**ORDERS, "ttl": {"enabled": False, "attribut": "at"}}, {}))
    assert found == {
        "ttl.attribut": "aws:dynamodb/table:Table has no property 'ttl.attribut' in pulumi-aws 7.51.1"
    }


def test_the_error_for_an_unsupported_type_lists_the_supported_ones(plugin: Plugin) -> None:
    with pytest.raises(grpc.RpcError) as failure:
        plugin.check("aws:s3/bucket:Bucket", "it", {})
    message = message_of(failure)
    assert message.startswith(
        "the local AWS provider does not support the resource type 'aws:s3/bucket:Bucket'"
    )
    assert "aws:dynamodb/table:Table" in message
    assert "pulumi plugin install resource aws 7.51.1" in message


@pytest.mark.parametrize(
    ("inputs", "where", "says"),
    [
        ({**ORDERS, "hashKey": "pk"}, "attributes", "all indexes must match a defined attribute"),
        ({**ORDERS, "billingMode": "ON_DEMAND"}, "billingMode", "expected one of"),
        ({**ORDERS, "billingMode": "PROVISIONED"}, "readCapacity", "must be > 0"),
        ({**ORDERS, "name": "or"}, "name", "name: "),
        ({**ORDERS, "streamEnabled": True}, "streamViewType", "required when streamEnabled"),
        ({**ORDERS, "ttl": {"enabled": True}}, "ttl.attributeName", "required when ttl.enabled"),
        ({**ORDERS, "readCapacity": "many"}, "readCapacity", "expected a whole number"),
        ({**ORDERS, "serverSideEncryption": {}}, "serverSideEncryption.enabled", "missing required property"),
        (
            {**ORDERS, "serverSideEncryption": {"enabled": True, "kmsKeyArn": "alias/orders"}},
            "serverSideEncryption.kmsKeyArn",
            "",
        ),
        ({**ORDERS, "pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 36}},
         "pointInTimeRecovery.recoveryPeriodInDays", "from 1 to 35"),
    ],
)  # fmt: skip
def test_an_invalid_table_is_refused_at_the_property(
    inputs: Mapping[str, Any], where: str, says: str
) -> None:
    assert says in reasons(check(TABLE, inputs, {}))[where]


@pytest.mark.parametrize(
    ("inputs", "where"),
    [
        ({"deletionWindowInDays": 6}, "deletionWindowInDays"),
        ({"deletionWindowInDays": 31}, "deletionWindowInDays"),
        ({"rotationPeriodInDays": 89, "enableKeyRotation": True}, "rotationPeriodInDays"),
        ({"rotationPeriodInDays": 90}, "rotationPeriodInDays"),
        ({"policy": "{"}, "policy"),
        ({"keyUsage": "ENCRYPT"}, "keyUsage"),
        ({"description": "x" * 8193}, "description"),
        ({"tags": {"a": ["b"]}}, "tags.a"),
        ({"isEnabled": "maybe"}, "isEnabled"),
    ],
)
def test_an_invalid_key_is_refused_at_the_property(inputs: Mapping[str, Any], where: str) -> None:
    assert list(reasons(check(KEY, inputs, {}))) == [where]


def test_values_are_converted_like_in_the_official_plugin() -> None:
    checked = check(KEY, {"deletionWindowInDays": "7", "isEnabled": "true", "description": 5}, {})
    found = {name: checked.inputs[name] for name in ("deletionWindowInDays", "isEnabled", "description")}
    assert (checked.failures, found) == (
        [],
        {"deletionWindowInDays": 7, "isEnabled": True, "description": "5"},
    )


def test_unknown_and_secret_values_stay_unknown_and_secret() -> None:
    encryption = {"enabled": True, "kmsKeyArn": UNKNOWN}
    checked = check(TABLE, {**ORDERS, "serverSideEncryption": Secret(encryption), "rangeKey": UNKNOWN}, {})

    assert checked.failures == []
    assert checked.inputs["rangeKey"] is UNKNOWN
    assert checked.inputs["serverSideEncryption"].value["kmsKeyArn"] is UNKNOWN


def test_several_problems_are_reported_together() -> None:
    found = reasons(check(KEY, {"deletionWindowInDays": 1, "keyUsage": "x", "xksKeyId": "y"}, {}))
    assert sorted(found) == ["deletionWindowInDays", "keyUsage", "xksKeyId"]
