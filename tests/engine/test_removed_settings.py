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
        "limits": table.get("OnDemandThroughput"),
        "class": (table.get("TableClassSummary") or {}).get("TableClass"),
        "indexes": {i["IndexName"]: i["OnDemandThroughput"] for i in table.get("GlobalSecondaryIndexes", [])},
        "rotation": kms.get_key_rotation_status(KeyId=key).get("RotationPeriodInDays"),
        "key description": kms.describe_key(KeyId=key)["KeyMetadata"]["Description"],
        "tags": [
            dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"],
            replica.list_tags_of_resource(ResourceArn=replica_arn)["Tags"],
            kms.list_resource_tags(KeyId=key)["Tags"],
        ],
        "aliases": sorted(a["AliasName"] for a in kms.list_aliases(KeyId=key)["Aliases"]),
    }


def limits(read: int = -1, write: int = -1) -> dict[str, int]:
    return {"MaxReadRequestUnits": read, "MaxWriteRequestUnits": write}


SETTINGS = """
    "ttl_attribute": "expires_at",
    "recovery_period_in_days": 7,
    "on_demand_throughput": {"max_read_request_units": 100, "max_write_request_units": 50},
    "table_class": "STANDARD_INFREQUENT_ACCESS",
    "rotation_period_in_days": 180,
    "key_description": "Orders",
    "tags": {"team": "orders"},
    "additional_key_aliases": ["second"],
"""


def test_every_removed_setting_is_reset_and_can_be_set_again(program: Program, name: str) -> None:
    bounded = INDEX % '"on_demand_throughput": {"max_write_request_units": 9}'
    with_all = SOURCE.format(
        name=name,
        settings=SETTINGS.replace("second", f"{name}/2") + f'"global_secondary_indexes": [{bounded}]',
    )
    program(with_all).up().checked()
    before = in_aws(program, name)
    assert before == {
        "ttl": "expires_at",
        "recovery": 7,
        "limits": limits(100, 50),
        "class": "STANDARD_INFREQUENT_ACCESS",
        "indexes": {"by-state": limits(write=9)},
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
        "limits": limits(),
        "class": "STANDARD",
        "indexes": {"by-state": limits()},
        "rotation": 365,
        "key description": f"Encrypts the DynamoDB table {name}.",
        "tags": [[], [], []],
        "aliases": [f"alias/{name}"],
    }
    assert program.stack.preview("--refresh", "--expect-no-changes").exit_code == 0

    program(SOURCE.format(name=name, settings="")).up().checked()
    assert in_aws(program, name)["indexes"] == {}
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
