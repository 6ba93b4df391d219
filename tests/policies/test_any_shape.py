"""Resources of any shape: no policy fails, and no table passes without a customer managed key.

POLICY_CASES in the environment is how many shapes each test makes of each type.
"""

import json
import os
import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulumi_policy.proxy import UNKNOWN_ARRAY_VALUE, UNKNOWN_BOOLEAN_VALUE, UNKNOWN_OBJECT_VALUE

from policies import resource_types as types
from tests.policies.analysis import UNKNOWN, Pack, Sample, Violation, secret
from tests.policies.baselines import ACCOUNT, BASELINES, KEY_ARN, KEY_ID, REPLICA_KEY_ARN, ROOT

ABOUT_ENCRYPTION = {
    "dynamodb-table-customer-managed-key",
    "dynamodb-table-key-from-stack",
    "dynamodb-table-key-decided",
}
KEYS = [
    KEY_ARN,
    REPLICA_KEY_ARN,
    KEY_ID,
    "alias/aws/dynamodb",
    "",
    "alias/orders",
    KEY_ARN.upper(),
    f" {KEY_ARN}",
    f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/aws/dynamodb",
    "arn:aws:kms:us-east-1:1:key/x",
    "[secret]",
]
NAMES = [
    "serverSideEncryption",
    "enabled",
    "kmsKeyArn",
    "replicas",
    "regionName",
    "pointInTimeRecovery",
    "region",
    "deletionProtectionEnabled",
    "sseSpecification",
    "sseEnabled",
    "kmsMasterKeyId",
    "SSESpecification",
    "SSEEnabled",
    "KMSMasterKeyId",
    "typeName",
    "desiredState",
    "templateBody",
    "Resources",
    "Type",
    "Properties",
    "Ref",
    "Fn::If",
    "Fn::GetAtt",
    "Fn::Sub",
    "policy",
    "keyPolicy",
    "Statement",
    "Principal",
    "AWS",
    "Action",
    "Effect",
    "Condition",
    "type",
    "properties",
    "parameters",
    "inlinePolicies",
    "enableKeyRotation",
    "policies",
    "deletionWindowInDays",
    "templateUrl",
    "arn",
    "customerMasterKeySpec",
    "inlinePolicies",
    "Replicas",
    "Region",
    "TemplateBody",
    "Parameters",
    "Fn::ForEach::X",
    "Conditions",
    "Fn::Equals",
    "Fn::And",
    "Fn::Not",
]
TEXTS = [
    *KEYS,
    "us-east-1",
    "eu-west-1",
    "true",
    "false",
    "KMS",
    "AWS::DynamoDB::Table",
    "AWS::KMS::Key",
    "*",
    ROOT,
    "kms:*",
    "Allow",
    "Deny",
    "{",
    "AWS::DynamoDB::GlobalTable",
    "Resources: {T: {Type: !Ref x}}",
]

CLOUDFORMATION_TYPES = [
    "AWS::DynamoDB::Table",
    "AWS::DynamoDB::GlobalTable",
    "AWS::Serverless::SimpleTable",
    "AWS::KMS::Key",
    "AWS::KMS::ReplicaKey",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::DAX::Cluster",
    "AWS::CloudFormation::Stack",
]
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(TEXTS),
    st.text(max_size=8),
    st.sampled_from([UNKNOWN, UNKNOWN_BOOLEAN_VALUE, UNKNOWN_OBJECT_VALUE, UNKNOWN_ARRAY_VALUE]),
)
names = st.one_of(st.sampled_from(NAMES), st.text(max_size=6))
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(names, inner, max_size=5),
        inner.map(secret),
        inner.map(json.dumps),
    ),
    max_leaves=12,
)
encryptions = st.fixed_dictionaries(
    {},
    optional={
        "enabled": st.one_of(st.just(True), scalars),
        "kmsKeyArn": st.one_of(st.sampled_from(KEYS), values),
    },
)
replicas = st.fixed_dictionaries(
    {},
    optional={"regionName": st.sampled_from(["eu-west-1", "us-east-1"]), "kmsKeyArn": st.sampled_from(KEYS)},
)
tables = st.fixed_dictionaries(
    {},
    optional={
        "serverSideEncryption": st.one_of(encryptions, encryptions.map(secret), values),
        "replicas": st.one_of(st.lists(st.one_of(replicas, values), max_size=3), values),
        "pointInTimeRecovery": values,
        "deletionProtectionEnabled": values,
        "region": st.sampled_from(["us-east-1", UNKNOWN, "eu-west-1"]),
    },
)
resources = st.fixed_dictionaries(
    {"Type": st.one_of(st.sampled_from(CLOUDFORMATION_TYPES), values)}, optional={"Properties": values}
)
sections = st.fixed_dictionaries(
    {"Resources": st.dictionaries(names, st.one_of(resources, values), max_size=4)},
    optional={"Parameters": values, "Mappings": values, "Globals": values, "Conditions": values},
)
CASES = int(os.environ.get("POLICY_CASES", "12"))
quick = settings(max_examples=CASES, suppress_health_check=[HealthCheck.too_slow])
ALL_TYPES = sorted({value for name, value in vars(types).items() if name.isupper()})


def ran(sample: Sample) -> list[Violation]:
    """The reports of the pack, after a check that no policy itself failed."""
    found = Pack().run(sample)
    assert [one for one in found if "the policy itself failed" in one.message] == []
    return found


@settings(quick, max_examples=20 * CASES)
@given(properties=tables)
def test_table_passes_only_with_a_customer_managed_key(properties: dict[str, Any]) -> None:
    found = ran(Sample(types.TABLE, properties))

    if not any(one.policy in ABOUT_ENCRYPTION for one in found):
        assert has_customer_managed_keys(bare(properties))


@pytest.mark.parametrize("type_", ALL_TYPES)
@quick
@given(properties=st.dictionaries(names, values, max_size=6))
def test_no_policy_fails_on_any_shape(type_: str, properties: dict[str, Any]) -> None:
    ran(Sample(type_, properties))


@settings(quick, max_examples=20 * CASES)
@given(sections=sections)
def test_no_policy_fails_on_any_template(sections: dict[str, Any]) -> None:
    for body in (json.dumps(sections), yaml.safe_dump(sections)):
        ran(Sample(types.CLOUDFORMATION_STACK, {"templateBody": body}))


@pytest.mark.parametrize("type_", sorted(BASELINES))
@quick
@given(data=st.data())
def test_no_policy_fails_on_a_baseline_with_one_thing_changed(type_: str, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(BASELINES[type_])))
    ran(Sample(type_, {**BASELINES[type_], name: data.draw(values)}))


@pytest.mark.parametrize("depth", [1, 20, 30])
@pytest.mark.parametrize("type_", [types.TABLE, types.KEY, types.NATIVE_TABLE, types.CLOUDFORMATION_STACK])
def test_deeply_nested_values_do_not_pass(type_: str, depth: int) -> None:
    value: Any = KEY_ARN
    for _ in range(depth):
        value = {"enabled": value, "kmsKeyArn": [value] if depth < 2 else value}
        value = {"enabled": True, "kmsKeyArn": value["kmsKeyArn"]}

    ran(Sample(type_, {"serverSideEncryption": value, "sseSpecification": value, "policy": value}))


def test_deeply_nested_text_is_reported() -> None:
    for body in ("[" * 5000, '{"a":' * 5000, "a: " + "{a: " * 3000):
        found = ran(Sample(types.CLOUDFORMATION_STACK, {"templateBody": body}))

        assert "dynamodb-table-customer-managed-key" in {one.policy for one in found}


def test_yaml_aliases_are_not_expanded_exponentially() -> None:
    levels = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 25))
    table = "{Type: 'AWS::DynamoDB::Table', Properties: {SSESpecification: *l24}}"
    body = f"l0: &l0 [x]\n{levels}\nResources: {{T: {table}}}\n"

    assert len(ran(Sample(types.CLOUDFORMATION_STACK, {"templateBody": body}))) >= 1


@pytest.mark.parametrize(("levels", "is_reported"), [(30, True), (500, False)])
def test_nested_conditions_are_not_expanded_exponentially(levels: int, is_reported: bool) -> None:
    conditions: dict[str, Any] = {
        f"C{n}": {"Fn::And": [{"Condition": f"C{n + 1}"}] * 9} for n in range(levels)
    }
    conditions[f"C{levels}"] = {"Fn::Equals": ["a", "b"]}
    table = {"Type": "AWS::DynamoDB::Table", "Condition": "C0"}
    body = json.dumps({"Conditions": conditions, "Resources": {"T": table}})

    assert (
        ran(Sample(types.CLOUDFORMATION_STACK, {"templateBody": body}, protect=True)) == []
    ) is is_reported


def test_deeply_nested_functions_are_reported() -> None:
    condition: Any = {"Fn::Equals": ["a", "b"]}
    chosen: Any = True
    for _ in range(201):
        condition, chosen = {"Fn::Not": [condition]}, {"Fn::If": ["Unknown", chosen, True]}
    table = {"Type": "AWS::DynamoDB::Table", "Properties": {"SSESpecification": {"SSEEnabled": chosen}}}
    body = json.dumps({"Conditions": {"C": condition}, "Resources": {"T": {**table, "Condition": "C"}}})

    assert len(ran(Sample(types.CLOUDFORMATION_STACK, {"templateBody": body}))) >= 1


@pytest.mark.parametrize(
    "function",
    [
        lambda inner: {"Fn::Select": ["x", inner]},
        lambda inner: {"Fn::Select": [0, [inner]]},
        lambda inner: {"Fn::Join": ["", [inner, {"Ref": "Missing"}]]},
        lambda inner: {"Fn::Sub": ["${It}", {"It": inner}]},
        lambda inner: {"Fn::FindInMap": [inner, "a", "b", {"DefaultValue": "x"}]},
        lambda inner: {"Fn::If": ["C", inner, "x"]},
        lambda inner: {"Fn::Unheard": [inner]},
    ],
    ids=["malformed", "select", "join", "sub", "map", "if", "unheard-of"],
)
@pytest.mark.parametrize("levels", [6, 60, 90, 140])
def test_nested_functions_are_judged_quickly(function: Callable[[Any], Any], levels: int) -> None:
    value: Any = {"Fn::ImportValue": "key"}
    for _ in range(levels):
        value = function(value)
    conditions: dict[str, Any] = {"C": {"Fn::Equals": [value, "x"]}}
    for number in range(60):
        inner: Any = {"Condition": f"C{number + 1}"}
        for _ in range(40):
            inner = {"Fn::And": [{"Fn::Not": [inner]}, {"Fn::Not": [{"Condition": "C"}]}]}
        conditions[f"C{number}"] = inner
    properties = {"SSESpecification": {"SSEEnabled": True, "KMSMasterKeyId": value}}
    table = {"Type": "AWS::DynamoDB::Table", "Condition": "C0", "Properties": properties}
    body = json.dumps({"Conditions": conditions, "Resources": {"T": table}})

    assert len(ran(Sample(types.CLOUDFORMATION_STACK, {"templateBody": body}))) >= 1


def test_names_that_yaml_reads_as_dates_are_accepted() -> None:
    properties = "{SSESpecification: !Unheard {2026-01-01: x}}"
    body = f"Resources: {{T: {{Type: AWS::DynamoDB::Table, Properties: {properties}}}}}"

    assert len(ran(Sample(types.CLOUDFORMATION_STACK, {"templateBody": body}))) >= 1


def test_a_huge_resource_gets_a_verdict() -> None:
    properties = {**BASELINES[types.TABLE], "tags": {f"tag-{n}": "x" * 200 for n in range(5000)}}

    assert ran(Sample(types.TABLE, properties)) == []


def bare(value: Any) -> Any:  # noqa: ANN401  # any JSON
    """The value without its secret wrappers."""
    if isinstance(value, dict):
        if "4dabf18193072939515e22adb298388d" in value:
            return bare(value["value"])
        return {name: bare(one) for name, one in value.items()}
    return [bare(one) for one in value] if isinstance(value, list) else value


def has_customer_managed_keys(table: dict[str, Any]) -> bool:
    """Decided independently of the policy: only the two ARNs of the tests are customer managed keys."""
    region = table.get("region")
    home = region if region in ("us-east-1", "eu-west-1") else "us-east-1"
    if home not in ("us-east-1", "eu-west-1"):
        return False
    encryption = table.get("serverSideEncryption")
    enabled = isinstance(encryption, dict) and encryption.get("enabled") in (True, "true")
    keys = [(home, encryption.get("kmsKeyArn"))] if isinstance(encryption, dict) else []
    keys += [(one.get("regionName"), one.get("kmsKeyArn")) for one in table.get("replicas") or []]
    return enabled and all(
        isinstance(key, str)
        and re.fullmatch(r"arn:aws:kms:[a-z0-9-]+:111122223333:key/[0-9a-f-]{36}", key) is not None
        and (
            not isinstance(where, str)
            or f":{where}:" in key
            or region not in (None, "us-east-1", "eu-west-1")
        )
        for where, key in keys
    )
