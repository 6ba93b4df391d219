"""Resources of Terraform's AWS provider in packages other than Pulumi's own."""

import pytest

from policies import resource_types as types
from policies.declared.terraform import TOKENS, own_properties, own_type
from tests.policies.analysis import Sample, violations
from tests.policies.baselines import BASELINES, KEY_ARN

MAIN = "dynamodb-table-customer-managed-key"


@pytest.mark.parametrize(
    "token",
    [
        "aws:index/dynamodbTable:DynamodbTable",
        "aws:index:DynamodbTable",
        "terraform-aws:index/dynamodbTable:DynamodbTable",
        "orders:tf:aws_dynamodb_table",
        "fork:dynamodb/table:Table",
    ],
)
def test_table_is_judged_under_each_token(token: str) -> None:
    encrypted = BASELINES[types.TABLE]

    assert own_type(token) == types.TABLE
    assert len(violations(MAIN, Sample(token, {"hashKey": "id"}))) == 1
    assert violations(MAIN, Sample(token, encrypted)) == []


@pytest.mark.parametrize(
    "token",
    [
        "aws:sqs/queue:Queue",
        "aws-native:dynamodb:Table",
        "orders:index:Table",
        "orders:index/table:Table",
        "x",
    ],
)
def test_other_tokens_stay_as_they_are(token: str) -> None:
    assert own_type(token) == token


def test_properties_of_a_module_get_the_names_of_pulumis_provider() -> None:
    stated = {
        "server_side_encryption": [{"enabled": True, "kms_key_arn": KEY_ARN}],
        "point_in_time_recovery": [],
        "replica": [{"region_name": "eu-west-1", "kms_key_arn": None}],
    }

    assert own_properties("orders:tf:aws_dynamodb_table", stated) == {
        "serverSideEncryption": {"enabled": True, "kmsKeyArn": KEY_ARN},
        "pointInTimeRecovery": None,
        "replicas": [{"regionName": "eu-west-1", "kmsKeyArn": None}],
    }


def test_every_terraform_name_is_that_of_a_type_with_policies() -> None:
    assert all(token in vars(types).values() for token in TOKENS.values())
