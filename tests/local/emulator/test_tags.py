"""The rules for tags of tables and keys."""

import pytest

from local.process import LocalAws
from tests.local.emulator.resources import error_of, make_key, make_table

TOO_LONG = 129 * "x"
REFUSED = {
    "reserved": {"aws:team": "orders"},
    "a key that is too long": {TOO_LONG: "orders"},
    "a value that is too long": {"team": 257 * "x"},
    "other characters": {"team#1": "orders"},
    "too many": {f"tag-{number}": "" for number in range(51)},
}


@pytest.mark.parametrize("tags", REFUSED.values(), ids=REFUSED)
def test_invalid_tags_are_refused_and_none_is_saved(tags: dict[str, str], aws: LocalAws) -> None:
    dynamodb, kms, table, key = aws.client("dynamodb"), aws.client("kms"), make_table(aws), make_key(aws)
    arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    of_table = [{"Key": name, "Value": value} for name, value in tags.items()]
    of_key = [{"TagKey": name, "TagValue": value} for name, value in tags.items()]

    assert error_of(dynamodb.tag_resource, ResourceArn=arn, Tags=of_table).code == "ValidationException"
    refused = {"TagException", "ValidationException", "LimitExceededException"}
    assert error_of(kms.tag_resource, KeyId=key, Tags=of_key).code in refused
    assert dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"] == []
    assert kms.list_resource_tags(KeyId=key)["Tags"] == []


def test_a_new_table_has_no_reserved_tags(aws: LocalAws) -> None:
    error = error_of(lambda: make_table(aws, Tags=[{"Key": "aws:team", "Value": "orders"}]))

    assert error.code == "ValidationException"


def test_a_changed_tag_counts_once_towards_the_limit_of_fifty(aws: LocalAws) -> None:
    dynamodb = aws.client("dynamodb")
    arn = dynamodb.describe_table(TableName=make_table(aws))["Table"]["TableArn"]
    tags = [{"Key": f"tag-{number}", "Value": ""} for number in range(50)]
    dynamodb.tag_resource(ResourceArn=arn, Tags=tags)
    dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "tag-1", "Value": "changed"}])

    error = error_of(dynamodb.tag_resource, ResourceArn=arn, Tags=[{"Key": "one more", "Value": ""}])

    assert "Too many tags" in error.message
