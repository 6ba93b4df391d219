"""Other features of tables that the project relies on: protection, recovery, policies, scaling, tags."""

from typing import Any

import pytest
from botocore.awsrequest import AWSRequest

from local.process import LocalAws
from tests.local.emulator.resources import (
    ITEM,
    arn_of,
    error_of,
    make_table,
    name,
    other_client,
)


def test_deletion_protection_keeps_a_table(aws: LocalAws) -> None:
    table, dynamodb = make_table(aws, DeletionProtectionEnabled=True), aws.client("dynamodb")

    error = error_of(dynamodb.delete_table, TableName=table)

    assert error.code == "ValidationException"
    assert error.message.startswith(
        "Resource cannot be deleted as it is currently protected against deletion."
    )
    dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
    dynamodb.delete_table(TableName=table)


@pytest.mark.parametrize("days", [0, 36])
def test_the_recovery_period_is_1_to_35_days(aws: LocalAws, days: int) -> None:
    error = error_of(
        other_client(aws, "dynamodb").update_continuous_backups,
        TableName=make_table(aws),
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": days},
    )

    assert error.code == "ValidationException"


def test_the_default_recovery_period_is_35_days(aws: LocalAws) -> None:
    answer = aws.client("dynamodb").update_continuous_backups(
        TableName=make_table(aws), PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )

    description = answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert (description["PointInTimeRecoveryStatus"], description["RecoveryPeriodInDays"]) == ("ENABLED", 35)


def test_the_tagging_api_finds_tags(aws: LocalAws) -> None:
    table = make_table(aws, Tags=[{"Key": "team", "Value": name("team")}])
    [tag] = aws.client("dynamodb").list_tags_of_resource(ResourceArn=arn_of(table))["Tags"]

    found = aws.client("resourcegroupstaggingapi").get_resources(
        TagFilters=[{"Key": "team", "Values": [tag["Value"]]}]
    )

    assert [one["ResourceARN"] for one in found["ResourceTagMappingList"]] == [arn_of(table)]


def test_time_to_live_that_is_on_cannot_be_switched_on(aws: LocalAws) -> None:
    table, dynamodb = make_table(aws), aws.client("dynamodb")
    on = {"Enabled": True, "AttributeName": "expires"}
    dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=on)

    error = error_of(dynamodb.update_time_to_live, TableName=table, TimeToLiveSpecification=on)

    assert (error.code, error.message) == ("ValidationException", "TimeToLive is already enabled")


def test_the_view_type_of_a_stream_cannot_be_changed_while_it_is_on(aws: LocalAws) -> None:
    stream = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    table, dynamodb = make_table(aws, StreamSpecification=stream), aws.client("dynamodb")

    error = error_of(
        dynamodb.update_table,
        TableName=table,
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )

    assert error.message.startswith("Table already has an enabled stream")
    dynamodb.update_table(TableName=table, StreamSpecification={"StreamEnabled": False})
    dynamodb.update_table(TableName=table, StreamSpecification=stream)


def test_a_stream_has_records_of_changes(aws: LocalAws) -> None:
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    table, streams = make_table(aws, StreamSpecification=stream), aws.client("dynamodbstreams")
    arn = aws.client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
    [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]

    [record] = streams.get_records(ShardIterator=iterator)["Records"]

    assert (record["eventName"], record["dynamodb"]["NewImage"]) == ("INSERT", ITEM)


def test_an_invalid_request_is_refused(aws: LocalAws) -> None:
    """A signed request whose body is no JSON object."""
    for service, target in [("dynamodb", "DynamoDB_20120810.GetItem"), ("kms", "TrentService.CreateKey")]:
        client = other_client(aws, service)
        client.meta.events.register("before-sign", _spoil)
        operation = target.rpartition(".")[2]
        call = client.get_item if operation == "GetItem" else client.create_key
        arguments: dict[str, Any] = {"TableName": "t", "Key": ITEM} if operation == "GetItem" else {}
        assert error_of(call, **arguments).code == "SerializationException"


def _spoil(request: AWSRequest, **_: object) -> None:
    request.data = b"[1"


CAPACITY = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
INDEX: dict[str, Any] = {
    "IndexName": "by-day",
    "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
}
ATTRIBUTES = [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "day")]


def limits_of(aws: LocalAws, table: str) -> list[Any]:
    """The on-demand limits of a table and its indexes; None without any."""
    found = aws.client("dynamodb").describe_table(TableName=table)["Table"]
    places = [found, *found.get("GlobalSecondaryIndexes", [])]
    return [one.get("OnDemandThroughput") for one in places]


def test_an_update_changes_and_removes_single_on_demand_limits(aws: LocalAws) -> None:
    limits = {"MaxReadRequestUnits": 10, "MaxWriteRequestUnits": 5}
    index = {**INDEX, "OnDemandThroughput": limits}
    table = make_table(
        aws, OnDemandThroughput=limits, GlobalSecondaryIndexes=[index], AttributeDefinitions=ATTRIBUTES
    )
    dynamodb = aws.client("dynamodb")

    def change(limits: dict[str, int]) -> None:
        of_index = {"Update": {"IndexName": "by-day", "OnDemandThroughput": limits}}
        dynamodb.update_table(
            TableName=table, OnDemandThroughput=limits, GlobalSecondaryIndexUpdates=[of_index]
        )

    assert limits_of(aws, table) == [limits, limits]
    change({"MaxReadRequestUnits": 20})
    assert limits_of(aws, table) == [{**limits, "MaxReadRequestUnits": 20}] * 2
    change({"MaxReadRequestUnits": -1})
    assert limits_of(aws, table) == [{"MaxWriteRequestUnits": 5}] * 2
    change({"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": -1})
    assert limits_of(aws, table) == [None, None]


@pytest.mark.parametrize("limit", [-1, 0])
def test_a_new_table_or_index_has_no_limit_below_one(aws: LocalAws, limit: int) -> None:
    limits = {"MaxReadRequestUnits": limit}
    index = {**INDEX, "OnDemandThroughput": limits}
    table, dynamodb = make_table(aws), aws.client("dynamodb")

    errors = [
        error_of(lambda: make_table(aws, OnDemandThroughput=limits)),
        error_of(
            lambda: make_table(aws, GlobalSecondaryIndexes=[index], AttributeDefinitions=ATTRIBUTES),
        ),
        error_of(
            dynamodb.update_table,
            TableName=table,
            AttributeDefinitions=ATTRIBUTES,
            GlobalSecondaryIndexUpdates=[{"Create": index}],
        ),
    ]

    assert [error.code for error in errors] == ["ValidationException"] * 3
    assert all("MaxReadRequestUnits" in error.message for error in errors)
    assert all("is outside of valid range" in error.message for error in errors)


def test_provisioned_capacity_removes_and_refuses_on_demand_limits(aws: LocalAws) -> None:
    limits = {"MaxReadRequestUnits": 10, "MaxWriteRequestUnits": 5}
    table, dynamodb = make_table(aws, OnDemandThroughput=limits), aws.client("dynamodb")

    dynamodb.update_table(TableName=table, BillingMode="PROVISIONED", ProvisionedThroughput=CAPACITY)

    assert limits_of(aws, table) == [None]
    error = error_of(dynamodb.update_table, TableName=table, OnDemandThroughput=limits)
    assert "cannot be specified when table BillingMode is PROVISIONED" in error.message
    dynamodb.update_table(TableName=table, BillingMode="PAY_PER_REQUEST")
    assert limits_of(aws, table) == [None]


def test_an_on_demand_table_and_its_indexes_have_no_capacity(aws: LocalAws) -> None:
    index = {**INDEX, "ProvisionedThroughput": CAPACITY}
    table = make_table(
        aws,
        BillingMode="PROVISIONED",
        ProvisionedThroughput=CAPACITY,
        GlobalSecondaryIndexes=[index],
        AttributeDefinitions=ATTRIBUTES,
    )

    aws.client("dynamodb").update_table(TableName=table, BillingMode="PAY_PER_REQUEST")

    found = aws.client("dynamodb").describe_table(TableName=table)["Table"]
    for place in (found, *found["GlobalSecondaryIndexes"]):
        assert place["ProvisionedThroughput"]["ReadCapacityUnits"] == 0
