"""Resource-based policies of tables, and access from another account: both sides must allow."""

import json
from typing import Any

from local.process import LocalAws
from tests.local.emulator.resources import (
    ACCOUNT,
    ITEM,
    KEY_DENIED,
    OTHER_ACCOUNT,
    arn_of,
    error_of,
    make_key,
    make_table,
    make_user,
    name,
    put_policy,
    statement,
    table_request,
)


def resource_policy(principal: str, action: str, table: str, effect: str = "Allow") -> str:
    """A table's resource-based policy with one statement."""
    one = {"Effect": effect, "Principal": {"AWS": principal}, "Action": action, "Resource": arn_of(table)}
    return json.dumps({"Version": "2012-10-17", "Statement": [one]})


def test_a_table_policy_allows_a_user_without_identity_policies(aws: LocalAws) -> None:
    table, someone = make_table(aws), make_user(aws, "arn:aws:iam::aws:policy/IAMReadOnlyAccess")
    theirs = aws.client("dynamodb", someone.credentials)
    error_of(theirs.get_item, TableName=table, Key=ITEM)

    aws.client("dynamodb").put_resource_policy(
        ResourceArn=arn_of(table), Policy=resource_policy(someone.arn, "dynamodb:GetItem", table)
    )

    assert theirs.get_item(TableName=table, Key=ITEM)["Item"] == ITEM
    error_of(theirs.scan, TableName=table)


def test_a_deny_in_the_table_policy_overrides_full_access(aws: LocalAws) -> None:
    table, someone = make_table(aws), make_user(aws)
    aws.client("dynamodb").put_resource_policy(
        ResourceArn=arn_of(table), Policy=resource_policy(someone.arn, "dynamodb:*", table, effect="Deny")
    )

    error = error_of(aws.client("dynamodb", someone.credentials).scan, TableName=table)

    assert "with an explicit deny in a resource-based policy" in error.message


def test_a_table_policy_is_created_and_deleted_with_the_table(aws: LocalAws) -> None:
    table, dynamodb = name("table"), aws.client("dynamodb")
    text = resource_policy(f"arn:aws:iam::{ACCOUNT}:root", "dynamodb:GetItem", table)
    dynamodb.create_table(**table_request(table, ResourcePolicy=text))
    assert dynamodb.get_resource_policy(ResourceArn=arn_of(table))["Policy"] == text

    dynamodb.delete_table(TableName=table)
    dynamodb.create_table(**table_request(table))

    assert error_of(dynamodb.get_resource_policy, ResourceArn=arn_of(table)).code == "PolicyNotFoundException"


def test_an_invalid_table_policy_is_refused(aws: LocalAws) -> None:
    table = make_table(aws)

    error = error_of(aws.client("dynamodb").put_resource_policy, ResourceArn=arn_of(table), Policy="{")

    assert error.code == "ValidationException"


def test_the_key_is_used_directly_when_its_policy_names_the_account(aws: LocalAws) -> None:
    theirs = aws.client("kms", aws.open_account(OTHER_ACCOUNT))
    key = make_key(aws)
    assert error_of(theirs.describe_key, KeyId=key).code == "AccessDeniedException"

    put_policy(
        aws,
        key,
        statement(f"arn:aws:iam::{OTHER_ACCOUNT}:root", action=["kms:DescribeKey", "kms:Encrypt"]),
    )

    assert theirs.describe_key(KeyId=key)["KeyMetadata"]["AWSAccountId"] == ACCOUNT
    assert theirs.encrypt(KeyId=key, Plaintext=b"x")["KeyId"] == key


def test_no_policy_lets_another_account_manage_the_key(aws: LocalAws) -> None:
    theirs = aws.client("kms", aws.open_account(OTHER_ACCOUNT))
    key = make_key(aws, statement(f"arn:aws:iam::{OTHER_ACCOUNT}:root"))

    assert error_of(theirs.disable_key, KeyId=key).code == "AccessDeniedException"


def test_the_tables_items_are_read_when_table_and_key_allow_it(aws: LocalAws) -> None:
    root = f"arn:aws:iam::{OTHER_ACCOUNT}:root"
    theirs = aws.client("dynamodb", aws.open_account(OTHER_ACCOUNT))
    key = make_key(aws)
    table = make_table(aws, key)
    request: dict[str, Any] = {"TableName": arn_of(table), "Key": ITEM}
    assert error_of(theirs.get_item, **request).code == "AccessDeniedException"

    aws.client("dynamodb").put_resource_policy(
        ResourceArn=arn_of(table), Policy=resource_policy(root, "dynamodb:GetItem", table)
    )
    assert error_of(theirs.get_item, **request).message.startswith(KEY_DENIED)

    put_policy(aws, key, statement(root, action="kms:Decrypt"))
    assert theirs.get_item(**request)["Item"] == ITEM


def test_a_table_of_the_same_name_in_the_callers_account_is_not_read_instead(aws: LocalAws) -> None:
    credentials = aws.open_account(OTHER_ACCOUNT)
    theirs = aws.client("dynamodb", credentials)
    table = make_table(aws)
    theirs.create_table(**table_request(table))

    assert error_of(theirs.get_item, TableName=arn_of(table), Key=ITEM).code == "AccessDeniedException"
    assert "Item" not in theirs.get_item(TableName=table, Key=ITEM)
