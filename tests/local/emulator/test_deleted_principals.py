"""KMS stores the unique id of a principal in a key policy, and shows its ARN while it exists."""

import json

import pytest

from local.process import LocalAws
from tests.local.emulator.resources import (
    KEY_DENIED,
    User,
    error_of,
    make_key,
    make_table,
    make_user,
    put_policy,
    remove_user,
    statement,
)

MALFORMED = "MalformedPolicyDocumentException"
INVALID_PRINCIPALS = "Policy contains a statement with one or more invalid principals."


@pytest.fixture
def reader(aws: LocalAws) -> User:
    return make_user(aws)


@pytest.fixture
def key(aws: LocalAws, reader: User) -> str:
    return make_key(aws, statement(reader.arn, action="kms:Decrypt"))


def shown(aws: LocalAws, key: str) -> str:
    text: str = aws.client("kms").get_key_policy(KeyId=key)["Policy"]
    return str(json.loads(text)["Statement"][1]["Principal"]["AWS"][0])


def test_a_deleted_user_is_shown_by_its_id(aws: LocalAws, key: str, reader: User) -> None:
    identifier = aws.client("iam").get_user(UserName=reader.name)["User"]["UserId"]
    assert shown(aws, key) == reader.arn

    remove_user(aws, reader)

    assert shown(aws, key) == identifier
    assert identifier.startswith("AIDA")


def test_a_new_user_of_the_same_name_does_not_get_its_access(aws: LocalAws, key: str, reader: User) -> None:
    table = make_table(aws, key)
    remove_user(aws, reader)
    heir = make_user(aws, user=reader.name)
    assert heir.arn == reader.arn

    error = error_of(
        aws.client("dynamodb", heir.credentials).get_item, TableName=table, Key={"id": {"S": "1"}}
    )

    assert error.message.startswith(KEY_DENIED)
    assert shown(aws, key) != heir.arn


def test_the_policy_with_the_id_cannot_be_put_back(aws: LocalAws, key: str, reader: User) -> None:
    remove_user(aws, reader)
    kms = aws.client("kms")

    error = error_of(kms.put_key_policy, KeyId=key, Policy=kms.get_key_policy(KeyId=key)["Policy"])

    assert (error.code, error.message) == (MALFORMED, INVALID_PRINCIPALS)


def test_setting_the_arn_again_gives_the_new_user_access(aws: LocalAws, key: str, reader: User) -> None:
    table = make_table(aws, key)
    remove_user(aws, reader)
    heir = make_user(aws, user=reader.name)

    put_policy(aws, key, statement(heir.arn, action="kms:Decrypt"))

    dynamodb = aws.client("dynamodb", heir.credentials)
    assert "Item" in dynamodb.get_item(TableName=table, Key={"id": {"S": "1"}})
