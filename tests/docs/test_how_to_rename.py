"""The how-tos that rename and remove: the commands are run as printed, and no item is lost."""

import yaml

from tests.docs.test_how_to import KEY, Reader, reader, section

__all__ = ["reader"]
CHANGE_KEY = "Change the partition or sort key"


def test_a_replica_is_removed_and_an_alias_and_a_block_are_renamed(reader: Reader) -> None:
    reader.does("")
    reader.dynamodb.put_item(TableName="orders", Item=KEY)
    key = reader.key

    reader.does("Add a replica", 0)
    abroad = reader.key_in("eu-west-1")
    reader.does("Remove a replica")
    kms = reader.run.aws.client("kms", region="eu-west-1")
    assert "Replicas" not in reader.table
    assert kms.describe_key(KeyId=abroad)["KeyMetadata"]["KeyState"] == "Enabled"
    assert reader.table["DeletionProtectionEnabled"] is True

    reader.does("Rename an alias")
    aliases = reader.kms.list_aliases(KeyId=key)["Aliases"]
    assert [one["AliasName"] for one in aliases] == ["alias/shop-orders"]

    done = reader.checkout.shell(
        "pulumi config rm --stack shop --path encrypted-tables:tables.orders.keyAlias"
    )
    assert done.returncode == 0, done.stdout
    assert reader.checkout.shell("pulumi up --stack shop --yes").returncode == 0
    shown = reader.runs("Rename a table in the config")
    assert "5 unchanged" in shown
    assert (reader.key, reader.dynamodb.get_item(TableName="orders", Key=KEY)["Item"]) == (key, KEY)


def test_a_partition_key_can_be_changed_only_with_a_second_table(reader: Reader) -> None:
    """A new name is refused, and a new type, which the AWS provider would change in place."""
    reader.does("")
    (new_type,) = section(CHANGE_KEY, "yaml")
    for settings, message in (
        ("partitionKey: number", "unable to replace resource"),
        (
            yaml.safe_dump(yaml.safe_load(new_type)["orders"]),
            "the key attribute 'id' would change from type S to N, which DynamoDB cannot do.",
        ),
    ):
        reader.add_to_table(settings)
        refused = reader.checkout.shell("pulumi preview --stack shop")
        assert refused.returncode != 0
        assert message in " ".join(refused.stdout.split())
        assert "orders" in refused.stdout
    reader.add_to_table("partitionKey: id")

    reader.does(CHANGE_KEY, 0)
    assert reader.dynamodb.list_tables()["TableNames"] == ["orders", "orders-by-customer"]
    reader.does(CHANGE_KEY, 1)
    assert reader.dynamodb.list_tables()["TableNames"] == ["orders-by-customer"]
    reader.sees_no_change()
