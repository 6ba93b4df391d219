"""Keys that are unknown at preview are judged by the dependencies of the table's setting."""

import json
from dataclasses import replace
from typing import Any

import pytest

from policies import resource_types as types
from tests.policies.analysis import UNKNOWN, Pack, Sample
from tests.policies.baselines import KEY_ARN, baseline

FROM_STACK = "dynamodb-table-key-from-stack"
DECIDED = "dynamodb-table-key-decided"
MAIN = "dynamodb-table-customer-managed-key"
SYMMETRIC = "dynamodb-table-key-symmetric"

KEY = Sample(types.KEY, {"enableKeyRotation": True}, "key")
OTHER_TABLE = baseline(types.TABLE, "other")
PARAMETER = Sample(types.SSM_PARAMETER, {}, "parameter")
REFERENCE = Sample(types.STACK_REFERENCE, {}, "keys")


def table(*sources: Sample, encryption: Any = None) -> Sample:  # noqa: ANN401  # any JSON
    """A table whose key is unknown and comes from these resources."""
    unknown = {"enabled": True, "kmsKeyArn": UNKNOWN}
    return Sample(
        types.TABLE,
        {
            "serverSideEncryption": unknown if encryption is None else encryption,
            "deletionProtectionEnabled": True,
            "pointInTimeRecovery": {"enabled": True},
        },
        "orders",
        sources={"serverSideEncryption": [source.urn for source in sources]},
    )


def verdicts(*samples: Sample, **main_settings: Any) -> list[tuple[str, str]]:  # noqa: ANN401  # any JSON
    """The policies on keys that report, with the resource."""
    config = {MAIN: {"enforcementLevel": "mandatory", **main_settings}}
    return [
        (one.policy, one.urn.rsplit("::", 1)[-1])
        for one in Pack(config).run(*samples)
        if one.policy in (MAIN, FROM_STACK, DECIDED)
    ]


def passing_on(type_: str, *sources: Sample, **properties: Any) -> Sample:  # noqa: ANN401  # any JSON
    """An alias or a key policy whose key comes from these resources."""
    target = "keyId" if type_ == types.KEY_POLICY else "targetKeyId"
    return Sample(type_, properties, "passing-on", sources={target: [source.urn for source in sources]})


@pytest.mark.parametrize(
    "source",
    [
        KEY,
        Sample(types.REPLICA_KEY, {}, "replica"),
        Sample(types.EXTERNAL_KEY, {}, "external"),
        Sample(types.REPLICA_EXTERNAL_KEY, {}, "external-replica"),
        Sample(types.NATIVE_KEY, {}, "native"),
        Sample(types.NATIVE_REPLICA_KEY, {}, "native-replica"),
        Sample(types.CLOUD_CONTROL, {"typeName": "AWS::KMS::Key", "desiredState": "{}"}, "controlled"),
        Sample(types.NATIVE_EXTENSION, {"type": "AWS::KMS::Key", "properties": {}}, "extension"),
    ],
    ids=lambda source: source.type,
)
def test_new_table_with_a_new_key_of_the_stack_passes_its_first_preview(source: Sample) -> None:
    assert verdicts(source, table(source)) == []


def test_a_new_key_cannot_be_on_the_list_of_allowed_keys() -> None:
    assert verdicts(KEY, table(KEY), allowedKeyArns=[KEY_ARN]) == [(DECIDED, "orders")]
    listed = table(KEY, encryption={"enabled": UNKNOWN, "kmsKeyArn": KEY_ARN})
    assert verdicts(KEY, listed, allowedKeyArns=[KEY_ARN]) == []


def test_a_new_key_is_allowed_if_the_region_of_its_table_is() -> None:
    assert verdicts(KEY, table(KEY), allowedRegions=["us-east-1"]) == []
    assert verdicts(KEY, table(KEY), allowedRegions=["eu-west-1"]) == [(MAIN, "orders")]


@pytest.mark.parametrize(
    "encryption",
    [UNKNOWN, {"enabled": UNKNOWN, "kmsKeyArn": UNKNOWN}, {"enabled": UNKNOWN, "kmsKeyArn": KEY_ARN}],
    ids=["block", "both", "enabled"],
)
def test_encryption_settings_that_come_from_a_key_pass(encryption: object) -> None:
    assert verdicts(KEY, table(KEY, encryption=encryption)) == []


def test_a_key_is_traced_through_an_alias_and_a_key_policy() -> None:
    alias = passing_on(types.ALIAS, KEY, name="alias/orders")
    policy = passing_on(types.KEY_POLICY, KEY)

    assert verdicts(KEY, alias, table(alias)) == []
    assert verdicts(KEY, policy, table(policy)) == []
    assert verdicts(KEY, alias, table(alias, KEY)) == []


@pytest.mark.parametrize("property_", ["name", "targetKeyId"])
def test_an_alias_of_an_aws_managed_key_is_rejected(property_: str) -> None:
    alias = Sample(types.ALIAS, {property_: "alias/aws/dynamodb"}, "alias")

    assert verdicts(alias, table(alias)) == [(FROM_STACK, "orders")]


def test_an_alias_of_another_resource_is_rejected() -> None:
    alias = passing_on(types.ALIAS, OTHER_TABLE, name="alias/orders")

    assert verdicts(OTHER_TABLE, alias, table(alias)) == [(FROM_STACK, "orders")]


@pytest.mark.parametrize(
    "source",
    [OTHER_TABLE, Sample("aws:iam/role:Role", {}, "role"), Sample("aws-native:s3:Bucket", {}, "bucket")],
    ids=lambda source: source.type,
)
def test_a_key_setting_that_comes_from_another_resource_is_rejected_once(source: Sample) -> None:
    assert verdicts(source, table(source)) == [(FROM_STACK, "orders")]


@pytest.mark.parametrize(
    "sources",
    [
        (KEY, OTHER_TABLE),
        (PARAMETER,),
        (REFERENCE,),
        (Sample("random:index/randomPet:RandomPet", {}, "pet"),),
        (),
    ],
    ids=["mixed", "parameter", "stack-reference", "another-package", "nothing"],
)
def test_a_key_from_unclear_sources_is_left_to_the_policy_key_decided(sources: tuple[Sample, ...]) -> None:
    assert verdicts(*sources, table(*sources)) == [(DECIDED, "orders")]


def test_only_sources_that_can_hold_a_key_decide() -> None:
    bucket = Sample("aws:s3/bucket:Bucket", {}, "bucket")
    alias = Sample(types.ALIAS, {"name": "alias/aws/dynamodb"}, "aws-managed")

    assert verdicts(KEY, bucket, table(KEY, bucket)) == []
    assert verdicts(KEY, alias, table(KEY, alias)) == [(DECIDED, "orders")]
    assert verdicts(KEY, bucket, table(KEY, bucket), allowedKeyArns=[KEY_ARN]) == [(DECIDED, "orders")]
    for more_is_unknown in (UNKNOWN, {"enabled": UNKNOWN, "kmsKeyArn": UNKNOWN}):
        mixed = table(KEY, bucket, encryption=more_is_unknown)
        assert verdicts(KEY, bucket, mixed) == [(DECIDED, "orders")]


def aws_managed(type_: str, **outputs: str) -> Sample:
    """An alias of the stack whose target is the key of the tests."""
    return Sample(type_, outputs, "managed")


KNOWN = {"enabled": True, "kmsKeyArn": KEY_ARN}


@pytest.mark.parametrize(
    "alias",
    [
        aws_managed(types.ALIAS, name="alias/aws/dynamodb", targetKeyArn=KEY_ARN),
        aws_managed(types.ALIAS, name="alias/aws/dynamodb", targetKeyId=KEY_ARN.rpartition("/")[2]),
        aws_managed(types.NATIVE_ALIAS, aliasName="alias/aws/dynamodb", targetKeyId=KEY_ARN),
    ],
    ids=["arn", "id", "native"],
)
@pytest.mark.parametrize("is_preview", [True, False])
def test_a_known_key_read_by_an_aws_managed_alias_is_rejected(alias: Sample, is_preview: bool) -> None:
    found = Pack(is_preview=is_preview).run(table(alias, encryption=KNOWN), alias)

    (one,) = [one for one in found if one.policy in (MAIN, FROM_STACK, DECIDED)]
    assert (one.policy, one.level, one.urn) == (MAIN, "mandatory", table().urn)
    assert "of alias/aws/dynamodb: an AWS managed key" in one.message


def test_a_table_that_is_rejected_for_its_key_is_reported_once() -> None:
    alias = aws_managed(types.ALIAS, name="alias/aws/dynamodb", targetKeyArn=KEY_ARN)
    without_key = replace(table(encryption={"enabled": True}), outputs={"serverSideEncryption": KNOWN})

    assert verdicts(alias, without_key) == [(MAIN, "orders")]


@pytest.mark.parametrize(
    "alias",
    [
        aws_managed(types.ALIAS, name="alias/orders", targetKeyArn=KEY_ARN),
        aws_managed(types.ALIAS, name="alias/aws/s3", targetKeyArn=KEY_ARN.replace("0f4b", "1111")),
    ],
    ids=["own", "another-key"],
)
def test_other_aliases_of_the_stack_do_not_matter(alias: Sample) -> None:
    assert verdicts(alias, table(alias, encryption=KNOWN)) == []


def test_undecided_key_is_advisory_where_the_config_says_so() -> None:
    found = Pack(config={DECIDED: {"enforcementLevel": "advisory"}}).run(
        KEY, OTHER_TABLE, table(KEY, OTHER_TABLE)
    )

    assert [(one.policy, one.level) for one in found if one.policy in (MAIN, FROM_STACK, DECIDED)] == [
        (DECIDED, "advisory")
    ]


def test_waiver_of_the_main_rule_covers_a_key_that_is_not_known() -> None:
    scope = "urn:pulumi:prod::*"
    waiver = {"owner": "orders-team", "reason": "moving", "scope": scope, "expires": "2027-03-24"}
    config = {MAIN: {"enforcementLevel": "mandatory", "waivers": [waiver]}}

    found = Pack(config=config).run(OTHER_TABLE, table(OTHER_TABLE))

    assert [one.policy for one in found] == ["waivers-listed"]


def test_unknown_key_of_an_update_is_reported_once() -> None:
    found = Pack(is_preview=False).run(OTHER_TABLE, table(OTHER_TABLE))

    assert [one.policy for one in found] == [MAIN]


def test_dependencies_never_replace_the_check_of_a_known_value() -> None:
    """A state keeps the dependencies of a removed setting."""
    stale = Sample(types.TABLE, {}, "orders", sources={"serverSideEncryption": [KEY.urn]})
    aws_managed = table(KEY, encryption={"enabled": True})

    assert verdicts(KEY, stale) == [(MAIN, "orders")]
    assert verdicts(KEY, aws_managed) == [(MAIN, "orders")]


def test_key_that_only_the_provider_computes_is_not_reported_twice() -> None:
    """At preview the outputs hold an unknown key where the inputs hold none."""
    sample = table(encryption={"enabled": True})
    previewed = Sample(
        sample.type,
        sample.properties,
        sample.name,
        outputs={"serverSideEncryption": {"enabled": True, "kmsKeyArn": UNKNOWN}},
    )

    assert verdicts(previewed) == [(MAIN, "orders")]


def test_new_key_of_another_region_is_rejected() -> None:
    elsewhere = Sample(types.KEY, {}, "key", provider={"region": "eu-west-1"})

    assert verdicts(elsewhere, table(elsewhere)) == [(FROM_STACK, "orders")]


def test_replicas_with_new_keys_of_their_regions_pass() -> None:
    there = Sample(types.KEY, {"region": "eu-west-1"}, "there")
    replicated = Sample(
        types.TABLE,
        {
            "serverSideEncryption": {"enabled": True, "kmsKeyArn": KEY_ARN},
            "replicas": [{"regionName": "eu-west-1", "kmsKeyArn": UNKNOWN}],
        },
        "orders",
        sources={"replicas": [there.urn]},
    )

    assert verdicts(there, replicated) == []
    assert verdicts(
        KEY, Sample(types.TABLE, replicated.properties, "orders", sources={"replicas": [KEY.urn]})
    ) == [(FROM_STACK, "orders")]


def test_a_secret_that_an_audit_cannot_decrypt_is_judged_by_its_dependencies() -> None:
    hidden = {"enabled": True, "kmsKeyArn": "[secret]"}

    assert verdicts(KEY, table(KEY, encryption=hidden)) == []
    assert verdicts(table(encryption=hidden)) == [(DECIDED, "orders")]


def test_asymmetric_key_is_rejected_at_preview_and_by_arn() -> None:
    signing = Sample(
        types.KEY, {"customerMasterKeySpec": "RSA_2048", "keyUsage": "SIGN_VERIFY", "arn": KEY_ARN}, "key"
    )
    known = table(encryption={"enabled": True, "kmsKeyArn": KEY_ARN})

    for sample in (table(signing), known):
        found = [one for one in Pack().run(signing, sample) if one.policy == "dynamodb-table-key-symmetric"]
        assert [(one.level, one.urn) for one in found] == [("mandatory", sample.urn)]


def test_an_asymmetric_key_that_no_table_uses_passes() -> None:
    signing = Sample(types.KEY, {"customerMasterKeySpec": "RSA_2048", "keyUsage": "SIGN_VERIFY"}, "key")

    assert Pack().run(signing) == []


def test_a_key_can_come_from_another_table_that_uses_a_new_key() -> None:
    first = replace(table(KEY), name="first")
    second = table(first)

    assert [one for one in verdicts(KEY, first, second) if one[1] == "orders"] == [(DECIDED, "orders")]


@pytest.mark.parametrize("type_", [types.EBS_DEFAULT_KEY, types.KMS_GRANT, types.SECRET_VERSION])
def test_other_resources_that_may_hold_the_arn_of_a_key_leave_it_undecided(type_: str) -> None:
    source = Sample(type_, {}, "source")

    assert verdicts(source, table(source)) == [(DECIDED, "orders")]


RSA = Sample(types.KEY, {"customerMasterKeySpec": "RSA_2048", "keyUsage": "ENCRYPT_DECRYPT"}, "rsa")


def test_an_asymmetric_key_is_found_through_its_alias() -> None:
    alias = passing_on(types.ALIAS, RSA)

    found = [one for one in Pack().run(RSA, alias, table(alias)) if one.policy == SYMMETRIC]

    assert ["RSA_2048" in one.message for one in found] == [True]


def test_a_table_may_have_any_of_the_keys_of_a_template() -> None:
    other = {"Type": "AWS::KMS::Key", "Properties": {"KeySpec": "RSA_2048"}}
    keys = {"Good": {"Type": "AWS::KMS::Key"}, "Other": other}
    template = Sample(types.CLOUDFORMATION_STACK, {"templateBody": json.dumps({"Resources": keys})}, "keys")

    assert [one for one in Pack().run(template, table(template)) if one.policy == SYMMETRIC] == []
