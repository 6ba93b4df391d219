"""A setting that is removed from the program is reset in AWS, and applied again when it returns."""

from typing import Any

import pytest

from tests.engine.programs import Program

INDEX = '{"name": "by-state", "partition_key": {"name": "state"}, %s}'
SOURCE = """
EncryptedTable("{name}", {{
    "partition_key": {{"name": "id"}}, "ephemeral": True, "replica_regions": ["us-west-2"], {settings}
}})
"""


def in_aws(program: Program, name: str) -> dict[str, Any]:
    """The AWS descriptions of everything that the settings below affect."""
    aws = program.run.aws
    dynamodb, kms = aws.client("dynamodb"), aws.client("kms")
    table = dynamodb.describe_table(TableName=name)["Table"]
    recovery = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    ttl = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    key = table["SSEDescription"]["KMSMasterKeyArn"]
    replica = aws.client("dynamodb", region="us-west-2")
    replica_arn = table["TableArn"].replace(aws.region, "us-west-2")
    return {
        "ttl": ttl["AttributeName"] if ttl["TimeToLiveStatus"] == "ENABLED" else None,
        "recovery": recovery["PointInTimeRecoveryDescription"].get("RecoveryPeriodInDays"),
        "class": (table.get("TableClassSummary") or {}).get("TableClass"),
        "indexes": [index["IndexName"] for index in table.get("GlobalSecondaryIndexes", [])],
        "rotation": kms.get_key_rotation_status(KeyId=key).get("RotationPeriodInDays"),
        "key description": kms.describe_key(KeyId=key)["KeyMetadata"]["Description"],
        "tags": [
            dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"],
            replica.list_tags_of_resource(ResourceArn=replica_arn)["Tags"],
            kms.list_resource_tags(KeyId=key)["Tags"],
        ],
        "aliases": sorted(a["AliasName"] for a in kms.list_aliases(KeyId=key)["Aliases"]),
    }


SETTINGS = """
    "ttl_attribute": "expires_at",
    "recovery_period_in_days": 7,
    "table_class": "STANDARD_INFREQUENT_ACCESS",
    "rotation_period_in_days": 180,
    "key_description": "Orders",
    "tags": {"team": "orders"},
    "additional_key_aliases": ["second"],
"""


def test_every_removed_setting_is_reset_and_can_be_set_again(program: Program, name: str) -> None:
    with_all = SOURCE.format(
        name=name,
        settings=SETTINGS.replace("second", f"{name}/2") + f'"global_secondary_indexes": [{INDEX % ""}]',
    )
    program(with_all).up().checked()
    before = in_aws(program, name)
    assert before == {
        "ttl": "expires_at",
        "recovery": 7,
        "class": "STANDARD_INFREQUENT_ACCESS",
        "indexes": ["by-state"],
        "rotation": 180,
        "key description": "Orders",
        "tags": [
            [{"Key": "team", "Value": "orders"}],
            [{"Key": "team", "Value": "orders"}],
            [{"TagKey": "team", "TagValue": "orders"}],
        ],
        "aliases": [f"alias/{name}", f"alias/{name}/2"],
    }

    index_alone = f'"global_secondary_indexes": [{INDEX % ""}]'
    program(SOURCE.format(name=name, settings=index_alone)).up().checked()
    assert in_aws(program, name) == {
        "ttl": None,
        "recovery": 35,
        "class": "STANDARD",
        "indexes": ["by-state"],
        "rotation": 365,
        "key description": f"Encrypts the DynamoDB table {name}.",
        "tags": [[], [], []],
        "aliases": [f"alias/{name}"],
    }
    assert program.stack.preview("--refresh", "--expect-no-changes").exit_code == 0

    program(SOURCE.format(name=name, settings="")).up().checked()
    assert in_aws(program, name)["indexes"] == []
    assert program.stack.preview("--refresh", "--expect-no-changes").exit_code == 0

    program(with_all).up().checked()
    assert in_aws(program, name) == before
    program.stack.destroy().checked()


@pytest.mark.parametrize("refresh", [(), ("--refresh",)], ids=["", "after a refresh"])
def test_time_to_live_moves_from_one_attribute_to_another(
    program: Program, name: str, refresh: tuple[str, ...]
) -> None:
    source = 'EncryptedTable("{}", {{"partition_key": {{"name": "id"}}, "ephemeral": True, {}}})'
    described = []
    for setting in ('"ttl_attribute": "a"', "", '"ttl_attribute": "b"'):
        program(source.format(name, setting)).up(*refresh).checked()
        ttl = program.stack.export()["deployment"]["resources"][-1]["inputs"]["ttl"]
        described.append({k: v for k, v in ttl.items() if not k.startswith("__")})

    assert described == [
        {"attributeName": "a", "enabled": True},
        {"attributeName": "a", "enabled": False},
        {"attributeName": "b", "enabled": True},
    ]
    at_once = program(source.format(name, '"ttl_attribute": "c"')).preview()
    assert at_once.exit_code != 0
    assert "ttlAttribute would change from 'b' to 'c'" in at_once.output


LIMITED = """
EncryptedTable("{}", {{
    "partition_key": {{"name": "id"}}, "ephemeral": True, {}
    "global_secondary_indexes": [{{"name": "by-state", "partition_key": {{"name": "state"}}, {}}}],
}})
"""


def limited(name: str, table: dict[str, int], index: dict[str, int]) -> str:
    """A program with limits of a table and of its index."""
    settings = [f'"on_demand_throughput": {limits},' if limits else "" for limits in (table, index)]
    return LIMITED.format(name, *settings)


def limits_in_aws(program: Program, name: str) -> list[Any]:
    table = program.run.aws.client("dynamodb").describe_table(TableName=name)["Table"]
    return [place.get("OnDemandThroughput") for place in (table, *table["GlobalSecondaryIndexes"])]


def test_all_limits_of_a_table_and_one_of_an_index_are_removed_in_two_updates(
    program: Program, name: str
) -> None:
    both, write = {"max_read_request_units": 9, "max_write_request_units": 5}, {"max_write_request_units": 5}
    program(limited(name, both, both)).up().checked()

    for table, index, limit in (
        ({}, both, "onDemandThroughput.maxReadRequestUnits"),
        (both, write, "onDemandThroughput.maxReadRequestUnits of index 'by-state'"),
    ):
        refused = program(limited(name, table, index)).preview()
        assert refused.exit_code != 0
        assert f"table '{name}': {limit} would be removed" in refused.output

    none = dict.fromkeys(both, -1)
    program(limited(name, none, none)).up().checked()
    program(limited(name, {}, {})).up().checked()
    assert limits_in_aws(program, name) == [None, None]
    assert program.stack.preview("--refresh", "--expect-no-changes").exit_code == 0


def test_one_limit_of_a_table_is_removed_at_once(program: Program, name: str) -> None:
    both = {"max_read_request_units": 9, "max_write_request_units": 5}
    program(limited(name, both, {})).up().checked()

    program(limited(name, {"max_write_request_units": 6}, {})).up().checked()

    assert limits_in_aws(program, name) == [{"MaxWriteRequestUnits": 6}, None]
    assert program.stack.preview("--refresh", "--expect-no-changes").exit_code == 0
    program.stack.destroy().checked()
