"""A table and a key from the console are imported into a stack unchanged."""

import itertools
import json
import textwrap
from collections.abc import Mapping
from typing import Any

import pytest

from local.local_run import LocalRun
from local.process import Credentials, LocalAws
from tests.documents import Checkout, blocks, project_checkout

GUIDE = "adopt-existing.md"
CONFIG, AUTOSCALED = blocks(GUIDE, "yaml")
TABLE, ALIAS = "legacy-orders", "alias/legacy-key"
PEOPLE = "arn:aws:iam::111122223333:user"
ITEM = {"id": {"S": "1"}, "message": {"S": "written before the import"}}
FOR_AWS_RESOURCES = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
# What the console writes for one administrator and one key user:
# https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
CONSOLE_POLICY = {
    "Id": "key-consolepolicy-3",
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Enable IAM User Permissions",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Sid": "Allow access for Key Administrators",
            "Effect": "Allow",
            "Principal": {"AWS": f"{PEOPLE}/bob"},
            "Action": [
                "kms:Create*", "kms:Describe*", "kms:Enable*", "kms:List*", "kms:Put*", "kms:Update*",
                "kms:Revoke*", "kms:Disable*", "kms:Get*", "kms:Delete*", "kms:TagResource",
                "kms:UntagResource", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion",
                "kms:RotateKeyOnDemand",
            ],
            "Resource": "*",
        },
        {
            "Sid": "Allow use of the key",
            "Effect": "Allow",
            "Principal": {"AWS": f"{PEOPLE}/ann"},
            "Action": [
                "kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey",
            ],
            "Resource": "*",
        },
        {
            "Sid": "Allow attachment of persistent resources",
            "Effect": "Allow",
            "Principal": {"AWS": f"{PEOPLE}/ann"},
            "Action": ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
            "Resource": "*",
            "Condition": FOR_AWS_RESOURCES,
        },
    ],
}  # fmt: skip


def make_by_hand(aws: LocalAws, alias: str = ALIAS) -> str:
    """Create a table and its key like the console, with an item. Return the key's ARN."""
    dynamodb, iam, kms = (aws.client(service) for service in ("dynamodb", "iam", "kms"))
    for name in ("ann", "bob"):
        iam.create_user(UserName=name)
    iam.attach_user_policy(UserName="ann", PolicyArn="arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess")
    arn: str = kms.create_key(Policy=json.dumps(CONSOLE_POLICY), Description="Encrypts our orders")[
        "KeyMetadata"
    ]["Arn"]
    kms.create_alias(AliasName=alias, TargetKeyId=arn)
    dynamodb.create_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": arn},
    )
    dynamodb.get_waiter("table_exists").wait(TableName=TABLE)
    dynamodb.put_item(TableName=TABLE, Item=ITEM)
    return arn


def facts(aws: LocalAws, key: str) -> Mapping[str, Any]:
    """The description of table and key in AWS. DynamoDB's grants would change if it re-encrypted the
    table.
    """
    dynamodb, kms = aws.client("dynamodb"), aws.client("kms")
    return {
        "table": dynamodb.describe_table(TableName=TABLE)["Table"],
        "recovery": dynamodb.describe_continuous_backups(TableName=TABLE)["ContinuousBackupsDescription"],
        "key": kms.describe_key(KeyId=key)["KeyMetadata"],
        "policy": json.loads(kms.get_key_policy(KeyId=key)["Policy"]),
        "rotation": kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"],
        "grants": kms.list_grants(KeyId=key)["Grants"],
        "aliases": kms.list_aliases(KeyId=key)["Aliases"],
    }


def read_as(aws: LocalAws, user: str) -> Mapping[str, Any]:
    made = aws.client("iam").create_access_key(UserName=user)["AccessKey"]
    client = aws.client("dynamodb", Credentials(made["AccessKeyId"], made["SecretAccessKey"]))
    item: Mapping[str, Any] = client.get_item(TableName=TABLE, Key={"id": {"S": "1"}})["Item"]
    return item


@pytest.fixture
def checkout(own_run: LocalRun) -> Checkout:
    return project_checkout(own_run)


def test_the_guides_commands_adopt_the_table_unchanged(checkout: Checkout) -> None:
    aws = checkout.run.aws
    key = make_by_hand(aws)
    before = facts(aws, key)
    new, *commands = blocks(GUIDE, "sh")

    made = checkout.shell(new)
    checkout.write_config("legacy", CONFIG)
    done = [checkout.shell(command) for command in commands]

    assert [(r.returncode, r.stdout) for r in (made, *done) if r.returncode != 0] == []
    adopted, previewed, recorded = (result.stdout for result in done)
    assert f"Found: key {key}" in adopted
    assert "To be created" not in adopted
    assert "+ deletionWindowInDays: 30" in previewed
    assert "1 to update\n    4 unchanged" in previewed
    assert "5 unchanged" in recorded
    assert facts(aws, key) == before
    assert aws.client("dynamodb").get_item(TableName=TABLE, Key={"id": {"S": "1"}})["Item"] == ITEM
    assert read_as(aws, "ann") == ITEM

    forgotten = checkout.shell("pulumi stack rm legacy --force --yes")  # how the guide undoes the import
    assert forgotten.returncode == 0, forgotten.stdout
    assert facts(aws, key) == before


def test_settings_that_the_console_left_off_are_enabled_in_place_afterwards(checkout: Checkout) -> None:
    aws = checkout.run.aws
    key = make_by_hand(aws)
    adopt(checkout)
    as_left = CONFIG.index("      # The console's defaults.")

    checkout.write_config("legacy", CONFIG[:as_left].replace("keyPolicyProfile: console", "tags: {team: a}"))
    improved = checkout.shell("pulumi up --stack legacy --yes")

    assert improved.returncode == 0, improved.stdout
    assert "replace" not in improved.stdout
    after = facts(aws, key)
    assert after["recovery"]["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert (after["table"]["DeletionProtectionEnabled"], after["rotation"]) == (True, True)
    assert read_as(aws, "ann") == ITEM


def test_a_replica_comes_with_its_key(checkout: Checkout) -> None:
    aws = checkout.run.aws
    make_by_hand(aws)
    kms = aws.client("kms", region="eu-west-1")
    key = kms.create_key(Policy=json.dumps(CONSOLE_POLICY), Description="Encrypts our orders")["KeyMetadata"]
    kms.create_alias(AliasName=ALIAS, TargetKeyId=key["KeyId"])
    replica = {"RegionName": "eu-west-1", "KMSMasterKeyId": key["Arn"]}
    dynamodb = aws.client("dynamodb")
    dynamodb.update_table(
        TableName=TABLE, StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    )
    dynamodb.update_table(TableName=TABLE, ReplicaUpdates=[{"Create": replica}])
    dynamodb.get_waiter("table_exists").wait(TableName=TABLE)

    adopted = adopt(checkout, f"{CONFIG}\n      replicaRegions:\n        - eu-west-1")
    *_, record = blocks(GUIDE, "sh")
    recorded = checkout.shell(record)

    assert adopted.returncode == 0, adopted.stdout
    assert f"Found: key {key['Arn']} in eu-west-1" in adopted.stdout
    assert f"Found: alias {ALIAS} in eu-west-1" in adopted.stdout
    assert "To be created" not in adopted.stdout
    assert recorded.returncode == 0, recorded.stdout
    assert "3 updated" in recorded.stdout  # the table: its replica has its tags
    replicas = dynamodb.describe_table(TableName=TABLE)["Table"]["Replicas"]
    assert [one["KMSMasterKeyId"] for one in replicas] == [key["Arn"]]


def make_autoscaled(aws: LocalAws) -> None:
    """What the console does when a table with an index becomes provisioned."""
    dynamodb = aws.client("dynamodb")
    units = {"ReadCapacityUnits": 7, "WriteCapacityUnits": 7}
    index = {
        "IndexName": "by-year",
        "KeySchema": [{"AttributeName": "year", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    dynamodb.update_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "year")],
        GlobalSecondaryIndexUpdates=[{"Create": index}],
    )
    capacity = {"Update": {"IndexName": "by-year", "ProvisionedThroughput": units}}
    dynamodb.update_table(
        TableName=TABLE,
        BillingMode="PROVISIONED",
        ProvisionedThroughput=units,
        GlobalSecondaryIndexUpdates=[capacity],
    )
    for kind, (resource, dimension) in itertools.product(
        ("Read", "Write"), ((f"table/{TABLE}", "table"), (f"table/{TABLE}/index/by-year", "index"))
    ):
        target = {
            "ServiceNamespace": "dynamodb",
            "ResourceId": resource,
            "ScalableDimension": f"dynamodb:{dimension}:{kind}CapacityUnits",
        }
        metric = {"PredefinedMetricType": f"DynamoDB{kind}CapacityUtilization"}
        scaling = aws.client("application-autoscaling")
        scaling.register_scalable_target(**target, MinCapacity=5, MaxCapacity=10)
        scaling.put_scaling_policy(
            **target,
            PolicyName=f"$dynamodb-{kind.lower()}-scaling-policy-{resource}",
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={
                "TargetValue": 70, "PredefinedMetricSpecification": metric
            },
        )  # fmt: skip


def scaling_policies(aws: LocalAws) -> list[str]:
    found = aws.client("application-autoscaling").describe_scaling_policies(ServiceNamespace="dynamodb")
    return sorted(policy["PolicyName"] for policy in found["ScalingPolicies"])


def test_an_autoscaled_table_comes_with_its_targets_and_policies(checkout: Checkout) -> None:
    aws = checkout.run.aws
    key = make_by_hand(aws)
    make_autoscaled(aws)
    before, policies = facts(aws, key), scaling_policies(aws)
    index = "globalSecondaryIndexes: [{name: by-year, partitionKey: year}]"
    *_, record = blocks(GUIDE, "sh")

    adopted = adopt(checkout, "\n".join([CONFIG, textwrap.indent(f"{AUTOSCALED}\n{index}", " " * 6)]))
    recorded = checkout.shell(record)

    assert "To be made" not in adopted.stdout
    assert recorded.returncode == 0, recorded.stdout
    assert "1 updated" in recorded.stdout  # the key's deletion window
    assert (facts(aws, key), scaling_policies(aws)) == (before, policies)


def test_an_alias_of_another_key_is_refused(checkout: Checkout) -> None:
    key = make_by_hand(checkout.run.aws, alias="alias/another")
    other = checkout.run.aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    checkout.run.aws.client("kms").create_alias(AliasName=ALIAS, TargetKeyId=other)

    result = adopt(checkout)

    assert result.returncode == 2
    assert result.stdout.strip() == (
        f"encrypted-tables: {ALIAS} exists and belongs to {other}, but the table uses {key}; "
        "set another keyAlias for the table"
    )


def test_a_missing_table_is_reported(checkout: Checkout) -> None:
    for name in ("ann", "bob"):
        checkout.run.aws.client("iam").create_user(UserName=name)

    result = adopt(checkout)

    assert result.returncode == 1
    assert "To be created: legacy-orders-table (Table)" in result.stdout
    assert "Nothing to import" in result.stdout


def adopt(checkout: Checkout, config: str | None = None) -> Any:  # noqa: ANN401  # a completed process
    """The guide's steps up to the import."""
    new, adoption, *_ = blocks(GUIDE, "sh")
    assert checkout.shell(new).returncode == 0
    checkout.write_config("legacy", config or CONFIG)
    return checkout.shell(adoption)
