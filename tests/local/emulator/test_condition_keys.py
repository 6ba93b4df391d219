"""Condition keys of direct calls to KMS, and limits of identity policies."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from local.process import LocalAws
from tests.local.emulator.resources import (
    ACCOUNT,
    KEY_DENIED,
    ROOT,
    allow,
    error_of,
    make_key,
    make_role,
    make_table,
    make_user,
    name,
    session_client,
    statement,
)

EXISTING = f"arn:aws:iam::{ACCOUNT}:user/owner"
Call = Callable[[Any, str], Any]


def grant(kms: Any, key: str, **more: object) -> Any:  # noqa: ANN401  # a client, made at run time
    """Create a grant."""
    request = {"GranteePrincipal": EXISTING, "Operations": ["Decrypt"], **more}
    return kms.create_grant(KeyId=key, **request)


# Condition -> the action it is on, a call that meets it, a call that does not.
CONDITIONS: dict[str, tuple[dict[str, Any], str, Call, Call]] = {
    "kms:GrantOperations": (
        {"ForAllValues:StringEquals": {"kms:GrantOperations": ["Decrypt"]}},
        "kms:CreateGrant",
        grant,
        lambda kms, key: grant(kms, key, Operations=["Decrypt", "Encrypt"]),
    ),
    "kms:GranteePrincipal": (
        {"StringEquals": {"kms:GranteePrincipal": EXISTING}},
        "kms:CreateGrant",
        grant,
        lambda kms, key: grant(kms, key, GranteePrincipal=ROOT),
    ),
    "kms:RetiringPrincipal": (
        {"StringEquals": {"kms:RetiringPrincipal": EXISTING}},
        "kms:CreateGrant",
        lambda kms, key: grant(kms, key, RetiringPrincipal=EXISTING),
        grant,
    ),
    "kms:GrantConstraintType": (
        {"StringEquals": {"kms:GrantConstraintType": "EncryptionContextSubset"}},
        "kms:CreateGrant",
        lambda kms, key: grant(kms, key, Constraints={"EncryptionContextSubset": {"a": "1"}}),
        grant,
    ),
    "kms:GrantIsForAWSResource": (
        {"Bool": {"kms:GrantIsForAWSResource": "false"}},
        "kms:CreateGrant",
        grant,
        lambda kms, key: kms.disable_key(KeyId=key),
    ),
    "kms:EncryptionContext": (
        {"StringEquals": {"kms:EncryptionContext:tenant": "a"}},
        "kms:Encrypt",
        lambda kms, key: kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext={"tenant": "a"}),
        lambda kms, key: kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext={"tenant": "b"}),
    ),
    "kms:EncryptionContextKeys": (
        {"ForAnyValue:StringEquals": {"kms:EncryptionContextKeys": ["tenant"]}},
        "kms:Encrypt",
        lambda kms, key: kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext={"tenant": "a"}),
        lambda kms, key: kms.encrypt(KeyId=key, Plaintext=b"x"),
    ),
    "kms:RotationPeriodInDays": (
        {"NumericLessThanEquals": {"kms:RotationPeriodInDays": "180"}},
        "kms:EnableKeyRotation",
        lambda kms, key: kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=180),
        lambda kms, key: kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=365),
    ),
    "kms:KeySpec": (
        {"StringEquals": {"kms:KeySpec": "SYMMETRIC_DEFAULT"}},
        "kms:DescribeKey",
        lambda kms, key: kms.describe_key(KeyId=key),
        lambda kms, key: kms.get_key_policy(KeyId=key),
    ),
    "kms:MultiRegion": (
        {"Bool": {"kms:MultiRegion": "false"}},
        "kms:DescribeKey",
        lambda kms, key: kms.describe_key(KeyId=key),
        lambda kms, key: kms.get_key_policy(KeyId=key),
    ),
    "kms:ViaService": (
        {"Null": {"kms:ViaService": "true"}},
        "kms:DescribeKey",
        lambda kms, key: kms.describe_key(KeyId=key),
        lambda kms, key: kms.get_key_policy(KeyId=key),
    ),
}


@pytest.mark.parametrize("condition_key", CONDITIONS)
def test_a_call_is_allowed_only_if_it_meets_the_condition(aws: LocalAws, condition_key: str) -> None:
    condition, action, meets, does_not = CONDITIONS[condition_key]
    someone = make_user(aws, "arn:aws:iam::aws:policy/IAMReadOnlyAccess")
    key = make_key(aws, statement(someone.arn, action=action, Condition=condition))
    kms = aws.client("kms", someone.credentials)

    assert error_of(lambda: does_not(kms, key)).code == "AccessDeniedException"
    meets(kms, key)


@pytest.mark.parametrize(
    ("condition", "allowed"),
    [
        ({"Bool": {"kms:MultiRegion": "true"}}, False),
        ({"StringEquals": {"kms:KeySpec": "RSA_2048"}}, False),
        ({"StringEquals": {"kms:KeyUsage": "ENCRYPT_DECRYPT"}}, True),
        ({"StringEquals": {"kms:KeyOrigin": "AWS_KMS"}}, True),
        ({"StringEquals": {"aws:PrincipalAccount": "444455556666"}}, False),
        ({"StringLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:user/*"}}, True),
        ({"Bool": {"aws:ViaAWSService": "true"}}, False),
    ],
    ids=str,
)
def test_conditions_can_check_properties_of_key_and_caller(
    aws: LocalAws, condition: dict[str, Any], allowed: bool
) -> None:
    someone = make_user(aws, "arn:aws:iam::aws:policy/IAMReadOnlyAccess")
    key = make_key(aws, statement(someone.arn, action="kms:DescribeKey", Condition=condition))
    kms = aws.client("kms", someone.credentials)

    if allowed:
        kms.describe_key(KeyId=key)
    else:
        assert error_of(kms.describe_key, KeyId=key).code == "AccessDeniedException"


def test_conditions_can_check_the_requested_alias_and_the_aliases_of_the_key(aws: LocalAws) -> None:
    alias = f"alias/{name('orders')}"
    someone = make_user(aws, "arn:aws:iam::aws:policy/IAMReadOnlyAccess")
    by_request, by_resource = make_key(aws), make_key(aws)
    allow(aws, someone, "kms:DescribeKey", Condition={"StringEquals": {"kms:RequestAlias": alias}})
    allow(aws, someone, "kms:Encrypt", Condition={"ForAnyValue:StringEquals": {"kms:ResourceAliases": alias}})
    kms = aws.client("kms", someone.credentials)
    aws.client("kms").create_alias(AliasName=alias, TargetKeyId=by_request)

    assert kms.describe_key(KeyId=alias)["KeyMetadata"]["Arn"] == by_request
    assert error_of(kms.describe_key, KeyId=by_request).code == "AccessDeniedException"
    assert error_of(kms.encrypt, KeyId=by_resource, Plaintext=b"x").code == "AccessDeniedException"
    aws.client("kms").update_alias(AliasName=alias, TargetKeyId=by_resource)
    kms.encrypt(KeyId=by_resource, Plaintext=b"x")


def test_conditions_can_check_the_region_of_a_replica(aws: LocalAws) -> None:
    someone = make_user(aws, "arn:aws:iam::aws:policy/IAMReadOnlyAccess")
    allow(aws, someone, "kms:CreateKey")
    condition = {"StringEquals": {"kms:ReplicaRegion": "eu-west-1"}}
    access = statement(someone.arn, action="kms:ReplicateKey", Condition=condition)
    key = make_key(aws, access, MultiRegion=True)
    kms = aws.client("kms", someone.credentials)

    assert error_of(kms.replicate_key, KeyId=key, ReplicaRegion="eu-west-2").code == "AccessDeniedException"
    kms.replicate_key(KeyId=key, ReplicaRegion="eu-west-1")


def test_conditions_can_check_the_tags_of_the_request(aws: LocalAws) -> None:
    someone = make_user(aws, "arn:aws:iam::aws:policy/IAMReadOnlyAccess")
    allow(aws, someone, "kms:CreateKey", Condition={"StringEquals": {"aws:RequestTag/team": "orders"}})
    kms = aws.client("kms", someone.credentials)

    assert error_of(kms.create_key).code == "AccessDeniedException"
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement(ROOT)]})
    kms.create_key(
        Policy=document,
        BypassPolicyLockoutSafetyCheck=True,
        Tags=[{"TagKey": "team", "TagValue": "orders"}],
    )


def test_a_permissions_boundary_limits_an_identity_policy(aws: LocalAws) -> None:
    reader = make_user(aws)
    allow(aws, reader, "kms:Decrypt")
    table = make_table(aws, make_key(aws))
    dynamodb, key = aws.client("dynamodb", reader.credentials), {"id": {"S": "1"}}
    assert "Item" in dynamodb.get_item(TableName=table, Key=key)

    aws.client("iam").put_user_permissions_boundary(
        UserName=reader.name, PermissionsBoundary="arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
    )

    assert error_of(dynamodb.get_item, TableName=table, Key=key).message.startswith(KEY_DENIED)


def test_a_session_policy_limits_the_permissions_of_a_role(aws: LocalAws) -> None:
    role = make_role(aws, "arn:aws:iam::aws:policy/AdministratorAccess")
    table = make_table(aws, make_key(aws))
    only = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}

    def get_item(**session_policy: str) -> Any:  # noqa: ANN401  # an answer
        dynamodb = session_client(aws, "dynamodb", role, **session_policy)
        return dynamodb.get_item(TableName=table, Key={"id": {"S": "1"}})

    assert "Item" in get_item()
    narrowed = json.dumps({"Version": "2012-10-17", "Statement": [only]})
    assert error_of(get_item, Policy=narrowed).message.startswith(KEY_DENIED)


@pytest.mark.parametrize(
    ("accepted", "allowed"),
    [
        (["EncryptionContextSubset"], False),
        (["EncryptionContextEquals", "EncryptionContextSubset"], True),
    ],
    ids=str,
)
def test_a_grant_with_an_empty_constraint_may_be_of_either_constraint_type(
    aws: LocalAws, accepted: list[str], allowed: bool
) -> None:
    someone = make_user(aws, "arn:aws:iam::aws:policy/IAMReadOnlyAccess")
    condition = {"StringEquals": {"kms:GrantConstraintType": accepted}}
    key = make_key(aws, statement(someone.arn, action="kms:CreateGrant", Condition=condition))
    kms = aws.client("kms", someone.credentials)
    constraints = {"EncryptionContextSubset": {"a": "1"}, "EncryptionContextEquals": {}}

    if allowed:
        grant(kms, key, Constraints=constraints)
    else:
        assert error_of(grant, kms=kms, key=key, Constraints=constraints).code == "AccessDeniedException"
