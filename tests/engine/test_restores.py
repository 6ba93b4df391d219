"""A table that is restored from another table, with its own key."""

from collections.abc import Callable

import pytest

from tests.engine.programs import Program, User

KMS = "KMS key access denied error"

BEFORE = """
before = EncryptedTable("{name}-before", {{
    "partition_key": {{"name": "id"}}, "key_users": ["{old}"], "ephemeral": True,
}})
pulumi.export("before", before.table_arn)
"""
AFTER = """
EncryptedTable("{name}", {{
    "partition_key": {{"name": "id"}}, "key_users": ["{new}"], "deletion_protection_enabled": True,
    "stream_view_type": "NEW_IMAGE", "tags": {{"team": "orders"}}, "ephemeral": True, {restore}
}})
"""


@pytest.fixture
def people(user: Callable[[str], User], name: str) -> tuple[User, User]:
    """A key user of the table before, and one of the table after."""
    return user(f"{name}-old"), user(f"{name}-new")


@pytest.mark.parametrize("way", ["table", "backup"])
def test_items_are_restored_under_the_new_tables_key(
    program: Program, people: tuple[User, User], name: str, way: str
) -> None:
    old, new = people
    before = BEFORE.format(name=name, old=old.arn)
    program(before).up().checked()
    dynamodb = program.run.aws.client("dynamodb")
    dynamodb.put_item(TableName=f"{name}-before", Item={"id": {"S": "1"}, "total": {"N": "9"}})
    source = '{"table_arn": before.table_arn}'
    if way == "backup":
        made = dynamodb.create_backup(TableName=f"{name}-before", BackupName=name)
        source = f'{{"backup_arn": "{made["BackupDetails"]["BackupArn"]}"}}'

    after = AFTER.format(name=name, new=new.arn, restore=f'"restore_from": {source},')
    restored = program(before + after).run("up", "--yes").checked()
    later = "the billing mode, deletion protection, the stream, tags"
    assert f"a restore does not set {later}. Run `pulumi up`" in restored.output
    again = program.stack.run("up", "--yes").checked()
    assert "a restore does not set" not in again.output

    table = dynamodb.describe_table(TableName=name)["Table"]
    found = dynamodb.get_item(TableName=name, Key={"id": {"S": "1"}})["Item"]
    tags = dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
    assert found["total"] == {"N": "9"}
    assert (old.reads(name), new.reads(name)) == (KMS, "allowed")
    assert (table["DeletionProtectionEnabled"], table["StreamSpecification"]["StreamViewType"]) == (
        True,
        "NEW_IMAGE",
    )
    assert tags == [{"Key": "team", "Value": "orders"}]
    assert program.stack.preview("--expect-no-changes").exit_code == 0

    forgotten = program(before + AFTER.format(name=name, new=new.arn, restore="")).preview(
        "--expect-no-changes"
    )

    assert forgotten.exit_code == 0, forgotten.output


def test_an_unusable_restore_source_is_one_clear_error(program: Program, name: str) -> None:
    dynamodb = program.run.aws.client("dynamodb")
    dynamodb.create_table(
        TableName=f"{name}-before",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    arn = dynamodb.describe_table(TableName=f"{name}-before")["Table"]["TableArn"]

    result = program(
        AFTER.format(name=name, new="user/owner", restore=f'"restore_from": {{"table_arn": "{arn}"}},')
    ).up()

    assert result.exit_code != 0
    assert "Point in time recovery is not enabled" in result.output
    assert name not in dynamodb.list_tables()["TableNames"]


@pytest.mark.parametrize("is_of_the_program", [True, False], ids=["output", "string"])
def test_other_keys_than_those_of_the_source_are_refused_before_the_table_is_created(
    program: Program, name: str, *, is_of_the_program: bool
) -> None:
    before = BEFORE.format(name=name, old="user/owner").replace(
        '"key_users"', '"sort_key": {"name": "at", "type": "N"}, "key_users"'
    )
    program(before).up().checked()
    source = program.stack.outputs()["before"]
    restore = f'"restore_from": {{"table_arn": {"before.table_arn" if is_of_the_program else repr(source)}}},'

    result = program(before + AFTER.format(name=name, new="user/owner", restore=restore)).preview()

    assert result.exit_code != 0
    assert f"the keys of {source} are 'id' (S) and 'at' (N), and a restore keeps them." in result.output
