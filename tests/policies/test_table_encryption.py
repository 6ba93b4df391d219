"""Which keys count as customer managed keys, in every spelling and every form of a table."""

import json
from typing import Any

import pytest

from policies import resource_types as types
from tests.policies.analysis import UNKNOWN, Pack, Sample, secret, violations
from tests.policies.baselines import (
    ACCOUNT,
    BASELINES,
    CLOUDFORMATION_TABLE,
    KEY_ARN,
    KEY_ID,
    REPLICA_KEY_ARN,
    baseline,
)

RULE = "dynamodb-table-customer-managed-key"

NO_KEY_OF_THE_CUSTOMER = {
    "left out": None,
    "empty": "",
    "the AWS managed key by alias": "alias/aws/dynamodb",
    "the AWS managed key by alias ARN": f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/aws/dynamodb",
    "the AWS managed key in capitals": "ALIAS/AWS/DYNAMODB",
    "the AWS managed key of another service": "alias/aws/s3",
    "an alias": "alias/orders",
    "an alias ARN": f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/orders",
    "a key id": KEY_ID,
    "a multi-Region key id": "mrk-0123456789abcdef0123456789abcdef",
    "an ARN with space before it": f" {KEY_ARN}",
    "an ARN with a line feed after it": f"{KEY_ARN}\n",
    "an ARN in capitals": KEY_ARN.upper(),
    "an ARN of another service": f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders",
    "an ARN without account": f"arn:aws:kms:us-east-1::key/{KEY_ID}",
    "an ARN with a short account": f"arn:aws:kms:us-east-1:1111:key/{KEY_ID}",
    "an ARN without Region": f"arn:aws:kms::{ACCOUNT}:key/{KEY_ID}",
    "an ARN of another partition than its Region's": KEY_ARN.replace("arn:aws:", "arn:aws-cn:"),
    "an ARN with a bad key id": KEY_ARN[:-1],
    "an ARN with more after it": f"{KEY_ARN}/x",
    "a wildcard": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/*",
    "a key of another Region": REPLICA_KEY_ARN,
    "a number": 5.0,
    "a boolean": True,
    "a list": [KEY_ARN],
    "an object": {"arn": KEY_ARN},
}

NOT_ENABLED = [False, "false", None, "", 0.0, 1.0, "yes", "True", [True], {}]


def with_key(type_: str, key: Any, enabled: Any = True) -> Sample:  # noqa: ANN401  # any JSON
    """A table of that type with this key; None leaves the key out."""
    native = {"sseEnabled": enabled, "kmsMasterKeyId": key}
    plain = {"SSEEnabled": enabled, "KMSMasterKeyId": key}
    sse = {name: value for name, value in plain.items() if value is not None}
    spelled: dict[str, dict[str, Any]] = {
        types.TABLE: {"serverSideEncryption": _stated({"enabled": enabled, "kmsKeyArn": key})},
        types.TABLE_REPLICA: {"kmsKeyArn": key},
        types.NATIVE_TABLE: {"sseSpecification": _stated(native)},
        types.NATIVE_GLOBAL_TABLE: {
            "sseSpecification": _stated({"sseEnabled": enabled}),
            "replicas": [{"region": "us-east-1", "sseSpecification": _stated({"kmsMasterKeyId": key})}],
        },
        types.CLOUD_CONTROL: {"desiredState": json.dumps({"SSESpecification": sse})},
        types.NATIVE_EXTENSION: {"properties": {"SSESpecification": sse}},
        types.CLOUDFORMATION_STACK: {
            "templateBody": json.dumps(
                {
                    "Resources": {
                        "T": {"Type": "AWS::DynamoDB::Table", "Properties": {"SSESpecification": sse}}
                    }
                }
            )
        },
    }
    return baseline(type_, **spelled[type_])


def _stated(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if value is not None}


TAKING_KEY_IDS = (
    types.NATIVE_TABLE,
    types.NATIVE_GLOBAL_TABLE,
    types.CLOUD_CONTROL,
    types.NATIVE_EXTENSION,
    types.CLOUDFORMATION_STACK,
)
ROUTES = (types.TABLE, types.TABLE_REPLICA, *TAKING_KEY_IDS)
KEY_IDS = ("a key id", "a multi-Region key id")
REJECTED = [
    (type_, spelling)
    for type_ in ROUTES
    for spelling in NO_KEY_OF_THE_CUSTOMER
    if not (type_ in TAKING_KEY_IDS and spelling in KEY_IDS)
]


@pytest.mark.parametrize(("type_", "spelling"), REJECTED)
def test_a_value_that_is_not_a_customer_managed_key_is_rejected_once(type_: str, spelling: str) -> None:
    found = Pack().run(with_key(type_, NO_KEY_OF_THE_CUSTOMER[spelling]))

    encryption = [one for one in found if one.policy == RULE or "table-key" in one.policy]

    assert [(one.policy, one.level) for one in encryption] == [(RULE, "mandatory")]


@pytest.mark.parametrize("type_", ROUTES)
@pytest.mark.parametrize("key_id", [KEY_ID, "mrk-0123456789abcdef0123456789abcdef"])
def test_arn_of_a_key_of_the_same_region_is_accepted(type_: str, key_id: str) -> None:
    key = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{key_id}"

    assert violations(RULE, with_key(type_, key)) == []


@pytest.mark.parametrize("type_", [types.TABLE, types.TABLE_REPLICA, types.NATIVE_TABLE])
def test_a_secret_arn_is_read_like_any_other(type_: str) -> None:
    assert violations(RULE, with_key(type_, secret(KEY_ARN))) == []
    assert len(violations(RULE, with_key(type_, secret("alias/aws/dynamodb")))) == 1


@pytest.mark.parametrize("type_", TAKING_KEY_IDS)
@pytest.mark.parametrize("key", [KEY_ID, "mrk-0123456789abcdef0123456789abcdef"])
def test_cloudformation_takes_key_ids(type_: str, key: str) -> None:
    assert violations(RULE, with_key(type_, key)) == []


@pytest.mark.parametrize("type_", [type_ for type_ in ROUTES if type_ != types.TABLE_REPLICA])
@pytest.mark.parametrize("enabled", NOT_ENABLED, ids=repr)
def test_encryption_that_is_not_enabled_is_rejected_whatever_key_it_names(
    type_: str, enabled: object
) -> None:
    assert len(violations(RULE, with_key(type_, KEY_ARN, enabled))) == 1


@pytest.mark.parametrize("enabled", ["true", True])
def test_the_text_true_enables_encryption_too(enabled: object) -> None:
    assert violations(RULE, with_key(types.TABLE, KEY_ARN, enabled)) == []


@pytest.mark.parametrize(
    "block", [None, {}, [], "", "enabled", 1.0, [{"enabled": True, "kmsKeyArn": KEY_ARN}]]
)
def test_table_without_encryption_settings_is_rejected(block: object) -> None:
    assert len(violations(RULE, baseline(types.TABLE, serverSideEncryption=block))) == 1


@pytest.mark.parametrize(
    ("partition", "region"),
    [
        ("aws-cn", "cn-north-1"),
        ("aws-us-gov", "us-gov-west-1"),
        ("aws-iso", "us-iso-east-1"),
        ("aws", "eu-west-1"),
    ],
)
def test_keys_of_every_partition_are_accepted(partition: str, region: str) -> None:
    arn = f"arn:{partition}:kms:{region}:{ACCOUNT}:key/{KEY_ID}"
    encryption = {"enabled": True, "kmsKeyArn": arn}
    sample = Sample(types.TABLE, {"serverSideEncryption": encryption}, provider={"region": region})

    assert violations(RULE, sample) == []


def test_the_region_of_the_table_overrides_that_of_its_provider() -> None:
    sample = baseline(types.TABLE, region="eu-west-1", replicas=None)

    assert "is in eu-west-1, and its key" in violations(RULE, sample)[0]


def test_a_key_is_not_compared_with_an_unknown_region() -> None:
    sample = Sample(
        types.TABLE, {"serverSideEncryption": {"enabled": True, "kmsKeyArn": REPLICA_KEY_ARN}}, provider={}
    )

    assert violations(RULE, sample) == []


@pytest.mark.parametrize(
    "provider",
    [
        {"allowedAccountIds": ["444455556666"]},
        {"assumeRoles": [{"roleArn": "arn:aws:iam::444455556666:role/deploy"}]},
    ],
)
def test_key_of_another_account_than_the_providers_is_rejected_until_allowed(
    provider: dict[str, Any],
) -> None:
    sample = Sample(types.TABLE, BASELINES[types.TABLE] | {"replicas": []}, provider=provider)
    allowing = {RULE: {"enforcementLevel": "mandatory", "allowedAccounts": [ACCOUNT]}}

    assert f"of account {ACCOUNT}" in violations(RULE, sample)[0]
    assert violations(RULE, sample, config=allowing) == []


@pytest.mark.parametrize(
    ("settings", "accepted"),
    [
        ({"allowedKeyArns": [KEY_ARN, REPLICA_KEY_ARN]}, True),
        ({"allowedKeyArns": [REPLICA_KEY_ARN]}, False),
        ({"deniedKeyArns": [KEY_ARN]}, False),
        ({"deniedKeyArns": ["arn:aws:kms:us-east-1:111122223333:key/other"]}, True),
        ({"allowedAccounts": ["444455556666"]}, False),
        ({"allowedRegions": ["us-east-1", "eu-west-1"]}, True),
        ({"allowedRegions": ["eu-west-1"]}, False),
    ],
)
def test_the_config_can_limit_the_allowed_keys(settings: dict[str, Any], accepted: bool) -> None:
    config = {RULE: {"enforcementLevel": "mandatory", **settings}}

    assert (violations(RULE, baseline(types.TABLE), config=config) == []) is accepted


@pytest.mark.parametrize("spelling", NO_KEY_OF_THE_CUSTOMER)
def test_inline_replica_needs_a_key_of_its_own(spelling: str) -> None:
    key = NO_KEY_OF_THE_CUSTOMER[spelling]
    if spelling == "a key of another Region":
        key = KEY_ARN
    replica = {"regionName": "eu-west-1", **({} if key is None else {"kmsKeyArn": key})}

    found = violations(RULE, baseline(types.TABLE, replicas=[replica]))

    assert len(found) == 1
    assert "The replica in eu-west-1" in found[0]


def test_a_version_1_global_table_is_rejected() -> None:
    sample = Sample(types.GLOBAL_TABLE, {"replicas": [{"regionName": "us-east-1"}]})

    assert "2017.11.29" in violations(RULE, sample)[0]


@pytest.mark.parametrize(
    "origin",
    [
        {"restoreSourceName": "orders-2025", "restoreToLatestTime": True},
        {"restoreSourceTableArn": f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders-2025"},
        {"importTable": {"inputFormat": "CSV", "s3BucketSource": {"bucket": "orders"}}},
    ],
    ids=["restored by name", "restored by ARN", "imported"],
)
def test_table_that_is_restored_or_imported_needs_a_key_like_any_other(origin: dict[str, Any]) -> None:
    without = baseline(types.TABLE, serverSideEncryption=None, **origin)

    assert len(violations(RULE, without)) == 1
    assert violations(RULE, baseline(types.TABLE, **origin)) == []


def test_encryption_type_other_than_kms_is_rejected() -> None:
    state = {"SSESpecification": {**CLOUDFORMATION_TABLE["SSESpecification"], "SSEType": "AES256"}}

    assert "AES256" in violations(RULE, baseline(types.CLOUD_CONTROL, desiredState=json.dumps(state)))[0]


@pytest.mark.parametrize("is_preview", [True, False])
def test_an_unknown_value_does_not_hide_a_known_fault(is_preview: bool) -> None:
    disabled = baseline(types.TABLE, serverSideEncryption={"enabled": False, "kmsKeyArn": UNKNOWN})
    aliased = baseline(
        types.TABLE, serverSideEncryption={"enabled": UNKNOWN, "kmsKeyArn": "alias/aws/dynamodb"}
    )

    for sample in (disabled, aliased):
        assert len(violations(RULE, sample, is_preview=is_preview)) == 1


def test_a_key_that_is_unknown_during_an_update_is_rejected() -> None:
    sample = baseline(types.TABLE, serverSideEncryption={"enabled": True, "kmsKeyArn": UNKNOWN})

    assert "Could not be decided" in violations(RULE, sample, is_preview=False)[0]


def test_message_says_what_is_wrong_the_value_found_and_what_to_do() -> None:
    message = violations(RULE, with_key(types.TABLE, "alias/orders"))[0]

    assert "names 'alias/orders' where a key's ARN belongs. It is an alias" in message
    assert "Use the ARN of a customer managed KMS key in the same Region." in message


@pytest.mark.parametrize(
    "provider",
    [
        {"region": "us-east-1", "allowedAccountIds": '["444455556666"]'},
        {"region": "us-east-1", "assumeRoles": '[{"roleArn": "arn:aws:iam::444455556666:role/deploy"}]'},
    ],
    ids=["allowed account", "assumed role"],
)
def test_provider_settings_are_read_in_the_form_of_the_sdk(provider: dict[str, str]) -> None:
    encryption = {"enabled": True, "kmsKeyArn": KEY_ARN}

    (message,) = violations(
        RULE, Sample(types.TABLE, {"serverSideEncryption": encryption}, provider=provider)
    )

    assert "Allowed accounts: 444455556666" in message
