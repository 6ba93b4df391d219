"""The encryption of tables: valid requests, descriptions, and the state after a change."""

from typing import Any

import pytest

from local.process import LocalAws
from tests.local.emulator.resources import (
    ACCOUNT,
    ITEM,
    KEY_DENIED,
    encrypted_with,
    error_of,
    make_key,
    make_table,
    make_user,
    name,
    policy,
    service_grants,
    sse_of,
    table_request,
)

INVALID = "One or more parameter values were invalid: "
MODEL = "com.amazonaws.services.kms.model"
MISSING = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY_ARN = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{MISSING}"


def test_a_customer_managed_key_is_shown_by_its_arn(aws: LocalAws) -> None:
    key = make_key(aws)

    assert sse_of(aws, make_table(aws, key)) == {
        "Status": "ENABLED",
        "SSEType": "KMS",
        "KMSMasterKeyArn": key,
    }


def test_an_alias_and_an_id_are_resolved_to_the_arn(aws: LocalAws) -> None:
    key, alias = make_key(aws), f"alias/{name('key')}"
    aws.client("kms").create_alias(AliasName=alias, TargetKeyId=key)

    for reference in (alias, f"arn:aws:kms:us-east-1:{ACCOUNT}:{alias}", key.rpartition("/")[2]):
        shown = sse_of(aws, make_table(aws, reference))
        assert shown is not None
        assert shown["KMSMasterKeyArn"] == key


def test_no_encryption_is_shown_for_the_aws_owned_key(aws: LocalAws) -> None:
    assert sse_of(aws, make_table(aws)) is None
    assert sse_of(aws, make_table(aws, SSESpecification={"Enabled": False})) is None


def test_changing_back_to_the_aws_owned_key_retires_the_grant(aws: LocalAws) -> None:
    key = make_key(aws)
    table = make_table(aws, key)

    aws.client("dynamodb").update_table(TableName=table, SSESpecification={"Enabled": False})

    assert sse_of(aws, table) is None
    assert service_grants(aws, key) == []


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "a key without its type": (
        {"Enabled": True, "KMSMasterKeyId": KEY_ARN},
        "ValidationException",
        f"{INVALID}SSEType KMS is required if KMSMasterKeyId is specified",
    ),
    "a key for no encryption": (
        {"Enabled": False, "KMSMasterKeyId": KEY_ARN},
        "ValidationException",
        f"{INVALID}KMSMasterKeyId can not be specified if Enabled is false",
    ),
    "AES256": ({"Enabled": True, "SSEType": "AES256"}, "ValidationException", INVALID),
    "a key that is not there": (
        encrypted_with(KEY_ARN),
        "ValidationException",
        f"KMS validation error: {MODEL}.NotFoundException: Key '{KEY_ARN}' does not exist",
    ),
    "an alias that is not there": (
        encrypted_with("alias/missing"),
        "ValidationException",
        (
            f"KMS validation error: {MODEL}.NotFoundException: "
            f"Alias arn:aws:kms:us-east-1:{ACCOUNT}:alias/missing is not found."
        ),
    ),
    "a key of another Region": (
        encrypted_with(KEY_ARN.replace("us-east-1", "eu-west-1")),
        "ValidationException",
        f"KMS validation error: {MODEL}.NotFoundException: Invalid arn eu-west-1",
    ),
    "a key of another account": (
        encrypted_with(KEY_ARN.replace(ACCOUNT, "444455556666")),
        "AccessDeniedException",
        (
            f"{KEY_DENIED}{MODEL}.AWSKMSException: User: arn:aws:iam::{ACCOUNT}:user/owner is not authorized "
            "to perform: kms:DescribeKey on this resource because the resource does not exist in this Region"
        ),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("operation", ["create_table", "update_table"])
def test_dynamodb_refuses(aws: LocalAws, case: str, operation: str) -> None:
    """After a rejected create there is no table; after a rejected update the old encryption remains."""
    specification, code, message = REFUSED[case]
    dynamodb = aws.client("dynamodb")
    if operation == "create_table":
        table = name("table")
        error = error_of(dynamodb.create_table, **table_request(table, SSESpecification=specification))
        after = error_of(dynamodb.describe_table, TableName=table).code
        assert after == "ResourceNotFoundException"
    else:
        key = make_key(aws)
        table = make_table(aws, key)
        error = error_of(dynamodb.update_table, TableName=table, SSESpecification=specification)
        assert (sse_of(aws, table) or {})["KMSMasterKeyArn"] == key

    assert error.code == code
    assert error.message.startswith(message)


@pytest.fixture(scope="module")
def managed(aws: LocalAws) -> str:
    """A table with the AWS managed key."""
    return make_table(aws, SSESpecification={"Enabled": True})


def test_only_its_manager_distinguishes_the_aws_managed_key(aws: LocalAws, managed: str) -> None:
    """Its ARN looks like that of any key: only KMS shows who manages it."""
    shown = sse_of(aws, managed) or {}

    assert shown["Status"] == "ENABLED"
    metadata = aws.client("kms").describe_key(KeyId=shown["KMSMasterKeyArn"])["KeyMetadata"]
    assert metadata["KeyManager"] == "AWS"
    assert metadata["Arn"] == aws.client("kms").describe_key(KeyId="alias/aws/dynamodb")["KeyMetadata"]["Arn"]


def test_the_aws_managed_key_needs_dynamodb_permissions_only(aws: LocalAws, managed: str) -> None:
    reader = make_user(aws)

    assert aws.client("dynamodb", reader.credentials).get_item(TableName=managed, Key=ITEM)["Item"] == ITEM


def test_nobody_can_manage_the_aws_managed_key_or_use_it_directly(aws: LocalAws, managed: str) -> None:
    key = (sse_of(aws, managed) or {})["KMSMasterKeyArn"]
    kms = aws.client("kms", aws.root)

    errors = [
        error_of(kms.schedule_key_deletion, KeyId=key),
        error_of(kms.disable_key, KeyId=key),
        error_of(kms.put_key_policy, KeyId=key, Policy=policy()),
        error_of(kms.encrypt, KeyId=key, Plaintext=b"x"),
    ]
    assert [error.code for error in errors] == ["AccessDeniedException"] * 4


def test_the_alias_of_the_aws_managed_key_can_be_named(aws: LocalAws, managed: str) -> None:
    table = make_table(aws, "alias/aws/dynamodb")

    assert sse_of(aws, table) == sse_of(aws, managed)


def test_setting_the_aws_managed_key_twice_is_refused(aws: LocalAws, managed: str) -> None:
    error = error_of(
        aws.client("dynamodb").update_table, TableName=managed, SSESpecification={"Enabled": True}
    )

    assert error.code == "ValidationException"
    assert error.message.startswith(f"{INVALID}Table is already encrypted by default")
