"""Changing a table's key: the limit of changes, the duration, the old key."""

from collections.abc import Iterator

import pytest

from local.process import LocalAws, running
from tests.local.emulator.resources import (
    encrypted_with,
    error_of,
    make_key,
    make_table,
    name,
    service_grants,
    sse_of,
    table_request,
)


def test_the_current_key_given_by_its_arn_is_refused(aws: LocalAws) -> None:
    key = make_key(aws)
    table = make_table(aws, key)

    error = error_of(
        aws.client("dynamodb").update_table, TableName=table, SSESpecification=encrypted_with(key)
    )

    assert error.code == "ValidationException"
    assert "Table is already encrypted with given KMSMasterKeyId." in error.message


def test_four_changes_a_day_then_no_more(aws: LocalAws) -> None:
    keys = [make_key(aws) for _ in range(6)]
    table = make_table(aws, keys[0])
    dynamodb = aws.client("dynamodb")
    for key in keys[1:5]:
        dynamodb.update_table(TableName=table, SSESpecification=encrypted_with(key))

    error = error_of(dynamodb.update_table, TableName=table, SSESpecification=encrypted_with(keys[5]))

    assert error.code == "LimitExceededException"
    assert error.message.startswith(
        "Subscriber limit exceeded: Encryption mode changes are limited in the 24h window"
    )


def test_six_hours_after_the_fourth_change_one_more_is_accepted() -> None:
    with running() as aws:
        keys = [make_key(aws) for _ in range(7)]
        table = make_table(aws, keys[0])
        dynamodb = aws.client("dynamodb")
        for key in keys[1:5]:
            dynamodb.update_table(TableName=table, SSESpecification=encrypted_with(key))

        aws.let_pass(6 * 3600)
        dynamodb.update_table(TableName=table, SSESpecification=encrypted_with(keys[5]))

        error = error_of(dynamodb.update_table, TableName=table, SSESpecification=encrypted_with(keys[6]))
        assert error.code == "LimitExceededException"


def test_the_same_key_given_by_its_alias_is_a_change_that_counts(aws: LocalAws) -> None:
    key, alias = make_key(aws), f"alias/{name('key')}"
    aws.client("kms").create_alias(AliasName=alias, TargetKeyId=key)
    table = make_table(aws, key)
    dynamodb = aws.client("dynamodb")
    for _ in range(4):
        dynamodb.update_table(TableName=table, SSESpecification=encrypted_with(alias))

    error = error_of(dynamodb.update_table, TableName=table, SSESpecification=encrypted_with(alias))

    assert error.code == "LimitExceededException"


def test_a_table_whose_key_is_disabled_cannot_change_it(aws: LocalAws) -> None:
    old, new = make_key(aws), make_key(aws)
    table = make_table(aws, old)
    aws.client("kms").disable_key(KeyId=old)

    error = error_of(
        aws.client("dynamodb").update_table, TableName=table, SSESpecification=encrypted_with(new)
    )

    assert error.message.startswith("KMS key disabled error: ")


def test_a_recreated_table_has_a_new_budget_of_key_changes(aws: LocalAws) -> None:
    keys = [make_key(aws) for _ in range(5)]
    table = make_table(aws, keys[0])
    dynamodb = aws.client("dynamodb")
    for key in keys[1:]:
        dynamodb.update_table(TableName=table, SSESpecification=encrypted_with(key))
    dynamodb.delete_table(TableName=table)
    dynamodb.create_table(**table_request(table, SSESpecification=encrypted_with(keys[0])))

    dynamodb.update_table(TableName=table, SSESpecification=encrypted_with(keys[1]))


@pytest.fixture(scope="module")
def slow() -> Iterator[LocalAws]:
    """A local AWS in which a change of a table's key takes an hour."""
    with running(encryption_change_seconds=3600) as aws:
        yield aws


def test_during_the_change_the_old_key_is_shown_as_updating_and_the_table_is_active(slow: LocalAws) -> None:
    old, new = make_key(slow), make_key(slow)
    table = make_table(slow, old)
    dynamodb = slow.client("dynamodb")

    dynamodb.update_table(TableName=table, SSESpecification=encrypted_with(new))

    meanwhile = dynamodb.describe_table(TableName=table)["Table"]
    assert meanwhile["TableStatus"] == "ACTIVE"
    assert meanwhile["SSEDescription"] == {"Status": "UPDATING", "SSEType": "KMS", "KMSMasterKeyArn": old}
    assert len(service_grants(slow, old)) == 1
    slow.let_pass(3600)
    assert sse_of(slow, table) == {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": new}
    assert service_grants(slow, old) == []


def test_a_second_change_during_the_change_is_refused(slow: LocalAws) -> None:
    table = make_table(slow, make_key(slow))
    dynamodb = slow.client("dynamodb")
    dynamodb.update_table(TableName=table, SSESpecification=encrypted_with(make_key(slow)))

    error = error_of(dynamodb.update_table, TableName=table, SSESpecification=encrypted_with(make_key(slow)))

    assert error.code == "ResourceInUseException"


def test_during_the_change_the_old_key_must_stay_usable(slow: LocalAws) -> None:
    old = make_key(slow)
    table = make_table(slow, old)
    dynamodb = slow.client("dynamodb")
    dynamodb.update_table(TableName=table, SSESpecification=encrypted_with(make_key(slow)))

    slow.client("kms").disable_key(KeyId=old)

    error = error_of(dynamodb.get_item, TableName=table, Key={"id": {"S": "1"}})
    assert error.message.startswith("KMS key disabled error: ")
