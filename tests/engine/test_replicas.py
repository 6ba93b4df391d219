"""A table with replicas: each Region has a key, an alias and a policy, and the items can be read there."""

from collections.abc import Callable

import pytest

from tests.engine.programs import Program, User

HOME, AWAY = "us-east-1", "eu-west-1"


@pytest.mark.parametrize("multi_region", [False, True], ids=["separate keys", "multi-Region key"])
def test_a_key_user_reads_in_each_region_with_that_regions_key(
    program: Program, name: str, user: Callable[[str], User], multi_region: bool
) -> None:
    reader, nobody = user(f"{name}-reader"), user(f"{name}-nobody")
    program(f"""
        table = EncryptedTable("{name}", {{
            "partition_key": {{"name": "id"}}, "ephemeral": True, "multi_region": {multi_region},
            "replica_regions": ["{AWAY}"], "key_users": ["{reader.arn}"], "tags": {{"team": "orders"}},
        }})
        pulumi.export("table", table.declaration)
    """).up().checked()
    program.run.aws.client("dynamodb").put_item(TableName=name, Item={"id": {"S": "1"}})

    declared = program.stack.outputs()["table"]
    replica = program.run.aws.client("dynamodb", region=AWAY).describe_table(TableName=name)["Table"]
    alias = program.run.aws.client("kms", region=AWAY).describe_key(KeyId=f"alias/{name}")["KeyMetadata"]

    away_key = declared["replicas"][AWAY]["keyArn"]
    assert away_key.split(":")[3] == AWAY
    assert replica["SSEDescription"]["KMSMasterKeyArn"] == alias["Arn"] == away_key
    assert replica["TableArn"] == declared["replicas"][AWAY]["tableArn"]
    assert (away_key.split("/")[1] == declared["keyId"]) is multi_region
    assert [reader.reads(name, region) for region in (HOME, AWAY)] == ["allowed", "allowed"]
    assert "allowed" not in [nobody.reads(name, region) for region in (HOME, AWAY)]
    assert program.stack.preview("--expect-no-changes").exit_code == 0
    program.stack.destroy().checked()
