"""The key of a table with replicas changes in each Region, and the earlier keys are kept."""

import pytest

from tests.engine.programs import Program

ITEM = {"id": {"S": "1"}}


def encryption_key(program: Program, table: str, region: str) -> str:
    dynamodb = program.run.aws.client("dynamodb", region=region)
    return str(dynamodb.describe_table(TableName=table)["Table"]["SSEDescription"]["KMSMasterKeyArn"])


def states(program: Program, keys: dict[str, str]) -> set[str]:
    return {
        program.run.aws.client("kms", region=region).describe_key(KeyId=key)["KeyMetadata"]["KeyState"]
        for region, key in keys.items()
    }


@pytest.mark.parametrize("kind", ["False", "True"], ids=["a key a Region", "multi-Region keys"])
def test_earlier_keys_are_kept_in_every_region_until_they_are_removed(
    program: Program, name: str, kind: str
) -> None:
    regions = ["us-east-1", "eu-west-1"]
    source = f"""EncryptedTable("{name}", {{
        "partition_key": {{"name": "id"}}, "replica_regions": ["eu-west-1"], "multi_region": {kind},
        "deletion_protection_enabled": False, "ephemeral": True, %s
    }})"""
    program(source % "").up().checked()
    program.run.aws.client("dynamodb").put_item(TableName=name, Item=ITEM)
    first = {region: encryption_key(program, name, region) for region in regions}

    program(source % '"key_version": 2, "retained_key_versions": [1]').up().checked()
    second = {region: encryption_key(program, name, region) for region in regions}
    kept = states(program, first)
    program(source % '"key_version": 2').up().checked()

    assert set(first.values()).isdisjoint(second.values())
    assert kept == {"Enabled"}
    assert states(program, second) == {"Enabled"}
    assert states(program, first) <= {"PendingDeletion", "PendingReplicaDeletion"}
    for region in regions:
        dynamodb = program.run.aws.client("dynamodb", region=region)
        assert dynamodb.get_item(TableName=name, Key=ITEM)["Item"] == ITEM
    program.stack.destroy().checked()
