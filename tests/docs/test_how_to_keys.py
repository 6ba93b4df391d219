"""The how-tos of how-to-keys.md: the commands are run as printed, and every item stays readable."""

import pytest

from tests.docs.test_how_to import KEY, Reader, policy, reader

__all__ = ["reader"]
CHANGE, CHANGE_REPLICAS = "Change the key", "Change the keys of a table with replicas"
RECOVER = "Recover a key that was disabled or scheduled for deletion"
BROUGHT = "Use a key that is managed elsewhere"
ANOTHER_ALIAS = "Add and drop another alias"


@pytest.fixture
def with_an_item(reader: Reader) -> Reader:
    """A reader who has a table with an item."""
    reader.does("")
    reader.dynamodb.put_item(TableName="orders", Item=KEY)
    return reader


def aliases(reader: Reader, key: str) -> list[str]:
    return sorted(alias["AliasName"] for alias in reader.kms.list_aliases(KeyId=key)["Aliases"])


def test_keys_are_rotated_changed_and_retired(with_an_item: Reader) -> None:
    reader = with_an_item

    reader.does("Rotate the key", 0)
    assert reader.kms.get_key_rotation_status(KeyId=reader.key)["RotationPeriodInDays"] == 180
    reader.runs("Rotate the key", 1, KEY_ID=reader.key)
    assert [one["RotationType"] for one in reader.kms.list_key_rotations(KeyId=reader.key)["Rotations"]] == [
        "ON_DEMAND"
    ]
    reader.sees_no_change()

    first = reader.key
    reader.does(CHANGE, 0)
    second = reader.key
    assert second != first
    assert aliases(reader, second) == ["alias/orders"]
    reader.does(CHANGE, 1)
    assert [reader.state_of(first), reader.state_of(second)] == ["Enabled", "Enabled"]
    assert reader.dynamodb.get_item(TableName="orders", Key=KEY)["Item"] == KEY

    shown = reader.runs("Retire a key", 0)
    assert f"{first}\n" in shown
    assert "point-in-time recovery of table orders, until" in shown
    other = str(reader.kms.create_key()["KeyMetadata"]["Arn"])
    assert "AWS deletes the key on" in reader.runs("Retire a key", 1, KEY_ARN=other)
    assert reader.state_of(other) == "PendingDeletion"

    reader.does("Add a replica")
    abroad = reader.key_in("eu-west-1")
    reader.does(CHANGE_REPLICAS)
    assert reader.key_in("eu-west-1") != abroad
    assert [reader.state_of(key) for key in (first, second)] == ["Enabled", "Enabled"]
    assert reader.dynamodb.get_item(TableName="orders", Key=KEY)["Item"] == KEY


def test_a_key_is_recovered_and_replaced_by_a_brought_one_and_back(with_an_item: Reader) -> None:
    reader = with_an_item
    reader.does("Add a key user")

    add_and_drop_an_alias(reader)
    recover_a_disabled_key(reader)
    recover_a_key_scheduled_for_deletion(reader)
    bring_a_key_and_leave_it(reader)


def add_and_drop_an_alias(reader: Reader) -> None:
    own = reader.key
    reader.does(ANOTHER_ALIAS, 0)
    assert aliases(reader, own) == ["alias/orders", "alias/sales"]
    reader.does(ANOTHER_ALIAS, 1)
    assert aliases(reader, own) == ["alias/orders"]


def bring_a_key_and_leave_it(reader: Reader) -> None:
    own = reader.key
    brought = str(reader.kms.create_key()["KeyMetadata"]["Arn"])
    reader.runs(BROUGHT, 0, KEY_ARN=brought)
    assert (reader.key, reader.state_of(own), aliases(reader, own)) == (brought, "Enabled", [])
    assert reader.dynamodb.get_item(TableName="orders", Key=KEY)["Item"] == KEY
    reader.sees_no_change()

    reader.does(BROUGHT, 1)
    assert reader.key not in (own, brought)
    assert aliases(reader, reader.key) == ["alias/orders"]
    assert "role/orders-service" in policy(reader, reader.key)
    assert reader.state_of(brought) == "Enabled"
    assert reader.dynamodb.get_item(TableName="orders", Key=KEY)["Item"] == KEY
    reader.sees_no_change()


def recover_a_disabled_key(reader: Reader) -> None:
    """An update does not enable it."""
    key = reader.key
    reader.kms.disable_key(KeyId=key)
    assert reader.checkout.shell("pulumi up --stack shop --yes --refresh").returncode == 0
    assert reader.state_of(key) == "Disabled"
    reader.runs(RECOVER, 0, KEY_ID=key)
    assert reader.state_of(key) == "Enabled"


def recover_a_key_scheduled_for_deletion(reader: Reader) -> None:
    """No update makes a second key."""
    key = reader.key
    number_of_keys = len(reader.kms.list_keys()["Keys"])
    reader.kms.schedule_key_deletion(KeyId=key)
    assert reader.checkout.shell("pulumi refresh --stack shop --yes").returncode == 0
    for command in ("pulumi preview --stack shop", "pulumi up --stack shop --yes --skip-preview"):
        refused = reader.checkout.shell(command)
        assert refused.returncode != 0
        key_id = key.rpartition("/")[2]
        assert f"aws kms cancel-key-deletion --region us-east-1 --key-id {key_id}" in refused.stdout

    reader.runs(RECOVER, 1, KEY_ID=key)
    refused = reader.checkout.shell("pulumi up --stack shop --yes")
    assert refused.returncode != 0
    assert "The update will be refused" in refused.stdout
    assert f"{key} encrypts it and does not belong to this component in the stack's state" in refused.stdout
    reader.does(RECOVER, 2)
    assert (reader.key, reader.state_of(key)) == (key, "Enabled")
    assert len(reader.kms.list_keys()["Keys"]) == number_of_keys
    assert reader.dynamodb.get_item(TableName="orders", Key=KEY)["Item"] == KEY
    reader.sees_no_change()
