"""Changes that AWS cannot make are refused in the preview, before anything else changes."""

from tests.engine.programs import Program

SOURCE = """EncryptedTable("{}", {{
    "partition_key": {{"name": "id"}}, "sort_key": {{"name": "at"}}, "ephemeral": True, {}
}})"""
INDEX = '"local_secondary_indexes": [{"name": "by-state", "sort_key": {"name": "state"}, %s}]'


def test_a_local_index_keeps_its_definition(program: Program, name: str) -> None:
    """The AWS provider would find no change, and the index would stay as it is."""
    before = SOURCE.format(name, INDEX % '"projection_type": "ALL"')
    program(before).up().checked()

    for other in (
        '"projection_type": "KEYS_ONLY"',
        '"non_key_attributes": ["a"], "projection_type": "INCLUDE"',
    ):
        refused = program(SOURCE.format(name, INDEX % other)).preview()
        assert refused.exit_code != 0
        assert f"table '{name}': the local index 'by-state' would change" in refused.output
    assert program(before).preview("--expect-no-changes").exit_code == 0


def test_a_key_stays_in_one_region_or_in_several(program: Program, name: str) -> None:
    program(SOURCE.format(name, "")).up().checked()

    changed = program(SOURCE.format(name, '"multi_region": True'))
    for refused in (changed.preview(), changed.up()):
        assert refused.exit_code != 0
        assert (
            f"table '{name}': multiRegion would change to true, which KMS cannot do to arn:" in refused.output
        )
    assert program(SOURCE.format(name, "")).preview("--expect-no-changes").exit_code == 0


REPLICATED = """EncryptedTable("{}", {{
    "partition_key": {{"name": "id"}}, "ephemeral": True, {}
}})"""
REPLICA = '"replica_regions": ["eu-west-1"],'


def test_the_stream_stays_when_the_last_replica_is_removed(program: Program, name: str) -> None:
    """The AWS provider would turn the stream off first, which DynamoDB refuses."""
    program(REPLICATED.format(name, REPLICA)).up().checked()

    for stream in ("", '"stream_view_type": "NEW_IMAGE"'):
        refused = program(REPLICATED.format(name, stream)).preview()
        assert refused.exit_code != 0
        assert f"table '{name}': the stream would change with the last replica" in refused.output

    program(REPLICATED.format(name, '"stream_view_type": "NEW_AND_OLD_IMAGES"')).up().checked()
    program(REPLICATED.format(name, "")).up().checked()
    table = program.run.aws.client("dynamodb").describe_table(TableName=name)["Table"]
    assert table["StreamSpecification"]["StreamEnabled"] is False
    assert "Replicas" not in table
    assert program.stack.preview("--refresh", "--expect-no-changes").exit_code == 0


def test_recovery_and_protection_of_a_replica_change_in_two_updates(program: Program, name: str) -> None:
    """The AWS provider changes one of them at a time."""
    safe = '"point_in_time_recovery": True, "deletion_protection_enabled": True,'
    program(REPLICATED.format(name, REPLICA + safe)).up().checked()
    replica = program.run.aws.client("dynamodb", region="eu-west-1")

    first = program(REPLICATED.format(name, REPLICA + safe.replace("True", "False"))).run("up", "--yes")
    assert "Run `pulumi up` again to change its deletion protection" in first.checked().output
    assert replica.describe_table(TableName=name)["Table"]["DeletionProtectionEnabled"] is True

    program.stack.up().checked()
    assert replica.describe_table(TableName=name)["Table"]["DeletionProtectionEnabled"] is False
    assert program.stack.preview("--refresh", "--expect-no-changes").exit_code == 0
    program.stack.destroy().checked()
