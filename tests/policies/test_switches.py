"""Rules for single settings of tables, replicas, keys and clusters: the baseline with one change."""

import json
from typing import Any

import pytest

from policies import resource_types as types
from tests.policies.analysis import UNKNOWN, Pack, Sample, violations
from tests.policies.baselines import KEY_ARN, REPLICA_KEY_ARN, baseline

PITR = "dynamodb-table-point-in-time-recovery"
DELETION = "dynamodb-table-deletion-protection"
REPLICA = "dynamodb-replica-as-safe-as-table"
ROTATION = "kms-key-rotation-enabled"
WINDOW = "kms-key-deletion-window"
LOCKOUT = "kms-key-lockout-check-kept"
ENABLED = "kms-key-enabled"

# (rule, type, the input, values that break the rule)
BREAKING: list[tuple[str, str, str, list[Any]]] = [
    (
        PITR,
        types.TABLE,
        "pointInTimeRecovery",
        [None, {}, {"enabled": False}, {"enabled": "false"}, [], "x", True],
    ),
    (DELETION, types.TABLE, "deletionProtectionEnabled", [None, False, "false", 1.0, [], "yes"]),
    (
        PITR,
        types.NATIVE_TABLE,
        "pointInTimeRecoverySpecification",
        [None, {"pointInTimeRecoveryEnabled": False}],
    ),
    (DELETION, types.NATIVE_TABLE, "deletionProtectionEnabled", [None, False]),
    (ROTATION, types.KEY, "enableKeyRotation", [None, False, "false", 0.0, {}]),
    (ROTATION, types.NATIVE_KEY, "enableKeyRotation", [None, False]),
    (WINDOW, types.KEY, "deletionWindowInDays", [7.0, 29.0, "7", 0.0, "x", [], False]),
    (WINDOW, types.REPLICA_KEY, "deletionWindowInDays", [7.0]),
    (WINDOW, types.NATIVE_KEY, "pendingWindowInDays", [7.0]),
    (LOCKOUT, types.KEY, "bypassPolicyLockoutSafetyCheck", [True, "true", 1.0, "yes"]),
    (LOCKOUT, types.KEY_POLICY, "bypassPolicyLockoutSafetyCheck", [True]),
    (LOCKOUT, types.NATIVE_KEY, "bypassPolicyLockoutSafetyCheck", [True, "true"]),
    (ENABLED, types.KEY, "isEnabled", [False, "false", 0.0]),
    (ENABLED, types.EXTERNAL_KEY, "enabled", [False]),
    (ENABLED, types.NATIVE_KEY, "enabled", [False]),
]
KEEPING: list[tuple[str, str, str, list[Any]]] = [
    (
        PITR,
        types.TABLE,
        "pointInTimeRecovery",
        [{"enabled": True}, {"enabled": "true", "recoveryPeriodInDays": 35.0}],
    ),
    (DELETION, types.TABLE, "deletionProtectionEnabled", [True, "true"]),
    (ROTATION, types.KEY, "enableKeyRotation", [True, "true"]),
    (WINDOW, types.KEY, "deletionWindowInDays", [None, 30.0, "30"]),
    (LOCKOUT, types.KEY, "bypassPolicyLockoutSafetyCheck", [None, False, "false"]),
    (ENABLED, types.KEY, "isEnabled", [None, True]),
    (ENABLED, types.NATIVE_KEY, "enabled", [None, True]),
]


def cases(table: list[tuple[str, str, str, list[Any]]]) -> list[Any]:
    """One case for each value."""
    return [
        pytest.param(rule, type_, name, value, id=f"{type_}-{name}-{value!r}")
        for rule, type_, name, values in table
        for value in values
    ]


@pytest.mark.parametrize(("rule", "type_", "name", "value"), cases(BREAKING))
def test_the_baseline_with_this_setting_violates_the_policy_once(
    rule: str, type_: str, name: str, value: object
) -> None:
    assert len(violations(rule, baseline(type_, **{name: value}))) == 1


@pytest.mark.parametrize(("rule", "type_", "name", "value"), cases(KEEPING))
def test_the_baseline_with_this_setting_complies(rule: str, type_: str, name: str, value: object) -> None:
    assert violations(rule, baseline(type_, **{name: value})) == []


@pytest.mark.parametrize(("rule", "type_", "name"), [case[:3] for case in KEEPING])
def test_an_unknown_setting_is_reported_at_preview_and_stops_an_update(
    rule: str, type_: str, name: str
) -> None:
    sample = baseline(type_, **{name: UNKNOWN})

    assert "can't run policy" in violations(rule, sample)[0]
    assert "Could not be decided" in violations(rule, sample, is_preview=False)[0]


def test_a_key_that_cannot_be_rotated_passes() -> None:
    for changes in (
        {"customerMasterKeySpec": "RSA_2048", "keyUsage": "SIGN_VERIFY"},
        {"customerMasterKeySpec": "HMAC_256", "keyUsage": "GENERATE_VERIFY_MAC"},
        {"customKeyStoreId": "cks-1"},
    ):
        assert violations(ROTATION, baseline(types.KEY, enableKeyRotation=None, **changes)) == []
    assert violations(ROTATION, baseline(types.NATIVE_KEY, enableKeyRotation=None, origin="EXTERNAL")) == []


def test_the_shortest_deletion_window_is_configurable() -> None:
    config = {WINDOW: {"enforcementLevel": "mandatory", "minimumDays": 7}}

    assert violations(WINDOW, baseline(types.KEY, deletionWindowInDays=7.0), config=config) == []


REPLICA_BASELINE = {
    "regionName": "eu-west-1",
    "kmsKeyArn": REPLICA_KEY_ARN,
    "pointInTimeRecovery": True,
    "deletionProtectionEnabled": True,
}


@pytest.mark.parametrize("name", ["pointInTimeRecovery", "deletionProtectionEnabled"])
@pytest.mark.parametrize("value", [None, False, "false"])
def test_a_replica_needs_the_same_protection_as_its_table(name: str, value: object) -> None:
    replica = {key: one for key, one in {**REPLICA_BASELINE, name: value}.items() if one is not None}
    inline = baseline(types.TABLE, replicas=[replica])
    apart = baseline(types.TABLE_REPLICA, **{name: value})

    assert "of the replica in eu-west-1 is" in violations(REPLICA, inline)[0]
    assert len(violations(REPLICA, apart)) == 1


def test_a_replica_of_an_unprotected_table_passes() -> None:
    sample = baseline(
        types.TABLE,
        deletionProtectionEnabled=False,
        replicas=[{**REPLICA_BASELINE, "deletionProtectionEnabled": False}],
    )

    assert violations(REPLICA, sample) == []


@pytest.mark.parametrize("type_", [types.TABLE, types.KEY, types.NATIVE_TABLE, types.REPLICA_KEY])
def test_tables_and_keys_need_the_option_protect(type_: str) -> None:
    sample = baseline(type_)
    unprotected = Sample(type_, sample.properties, protect=False)

    assert len(violations("dynamodb-table-and-key-protected", unprotected)) == 1
    assert violations("dynamodb-table-and-key-protected", sample) == []


@pytest.mark.parametrize("kind", ["AWS::DynamoDB::Table", "AWS::KMS::Key"])
def test_a_stack_with_a_table_or_a_key_needs_the_option_protect(kind: str) -> None:
    rule, state = "dynamodb-table-and-key-protected", {"typeName": kind, "desiredState": "{}"}
    template = json.dumps({"Resources": {"Orders": {"Type": kind, "Properties": {}}}})

    (of_cloud_control,) = violations(rule, Sample(types.CLOUD_CONTROL, state, protect=False))
    (of_stack,) = violations(
        rule, Sample(types.CLOUDFORMATION_STACK, {"templateBody": template}, protect=False)
    )

    assert "can be deleted by Pulumi, and with it the " in of_cloud_control
    assert "Orders in the template" in of_stack
    assert violations(rule, Sample(types.CLOUD_CONTROL, state, protect=True)) == []
    assert violations(rule, Sample(types.CLOUD_CONTROL, {**state, "typeName": "AWS::SNS::Topic"})) == []


def test_a_dax_cluster_is_reported_with_its_missing_encryption() -> None:
    rule = "dynamodb-dax-cluster-reviewed"
    bare = Sample(types.DAX_CLUSTER, {"nodeType": "dax.r5.large"})
    encrypted = Sample(
        types.DAX_CLUSTER,
        {"serverSideEncryption": {"enabled": True}, "clusterEndpointEncryptionType": "TLS"},
    )

    assert "encryption at rest is not set: enable it." in violations(rule, bare)[0]
    assert "Also" not in violations(rule, encrypted)[0]
    assert [one.level for one in Pack().run(encrypted)] == ["advisory"]


def test_a_table_of_another_package_is_ignored() -> None:
    assert Pack().run(Sample("gcp:bigtable/table:Table", {}), Sample("acme:storage:SecureTable", {})) == []


def test_a_table_without_encryption_violates_one_policy_only() -> None:
    found = Pack().run(
        baseline(types.TABLE, serverSideEncryption={"enabled": True, "kmsKeyArn": KEY_ARN[:-1]})
    )

    assert [one.policy for one in found] == ["dynamodb-table-customer-managed-key"]


def test_a_replica_of_a_table_without_protection_settings_passes() -> None:
    encryption = {"enabled": True, "kmsKeyArn": KEY_ARN}
    replica = {"regionName": "eu-west-1", "kmsKeyArn": REPLICA_KEY_ARN}
    sample = Sample(types.TABLE, {"serverSideEncryption": encryption, "replicas": [replica]})

    assert violations("dynamodb-replica-as-safe-as-table", sample) == []
