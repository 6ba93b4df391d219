"""The encryption of tables: what may be asked for, what is shown, what a change leaves behind."""

from typing import Any

import pytest

from local_aws.process import LocalAws
from tests.local_aws.resources import (
    ACCOUNT,
    KEY_DENIED,
    encrypted_with,
    error_of,
    make_key,
    make_table,
    name,
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


def test_nothing_is_shown_for_the_aws_owned_key(aws: LocalAws) -> None:
    assert sse_of(aws, make_table(aws)) is None
    assert sse_of(aws, make_table(aws, SSESpecification={"Enabled": False})) is None


def test_going_back_to_the_aws_owned_key_shows_nothing_and_retires_the_grant(aws: LocalAws) -> None:
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
    """And a refused create leaves no table, a refused update leaves the old encryption."""
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
