"""What else of tables the project relies on: protection, recovery, policies, scaling, tags."""

import pytest

from local_aws.process import LocalAws
from tests.local_aws.resources import (
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
def test_recovery_goes_back_1_to_35_days(aws: LocalAws, days: int) -> None:
    error = error_of(
        other_client(aws, "dynamodb").update_continuous_backups,
        TableName=make_table(aws),
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": days},
    )

    assert error.code == "ValidationException"


def test_recovery_goes_back_35_days_when_no_period_is_given(aws: LocalAws) -> None:
    answer = aws.client("dynamodb").update_continuous_backups(
        TableName=make_table(aws), PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )

    description = answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert (description["PointInTimeRecoveryStatus"], description["RecoveryPeriodInDays"]) == ("ENABLED", 35)


def test_tags_are_found_by_the_tagging_api(aws: LocalAws) -> None:
    table = make_table(aws, Tags=[{"Key": "team", "Value": name("team")}])
    [tag] = aws.client("dynamodb").list_tags_of_resource(ResourceArn=arn_of(table))["Tags"]

    found = aws.client("resourcegroupstaggingapi").get_resources(
        TagFilters=[{"Key": "team", "Values": [tag["Value"]]}]
    )

    assert [one["ResourceARN"] for one in found["ResourceTagMappingList"]] == [arn_of(table)]
