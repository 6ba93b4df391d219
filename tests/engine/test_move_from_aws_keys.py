"""A table moves from the AWS owned or AWS managed key to the component's, and nothing is lost."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from encrypted_tables.access_diff.diff import access_diff
from encrypted_tables.engine.preview import read_preview
from local.local_run import LocalRun
from local.process import Credentials, LocalAws
from tests.access_diff.samples import sentences
from tests.documents import Checkout, blocks, project_checkout

GUIDE = "move-from-aws-keys.md"
TABLE = "legacy-orders"
ITEMS = [
    {"id": {"S": str(number)}, "createdAt": {"S": "2024-05-01"}, "total": {"N": "12"}} for number in range(30)
]
AWS_OWNED: Mapping[str, Any] = {}
AWS_MANAGED: Mapping[str, Any] = {"SSESpecification": {"Enabled": True, "SSEType": "KMS"}}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        }
    ],
}
EVERYONE = "every principal of 111122223333 that its own IAM policies allow"
FULL_ACCESS = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"


def make_by_hand(aws: LocalAws, encryption: Mapping[str, Any]) -> None:
    """Create a table with everything that could be lost, its application's role, and a user that IAM
    allows.
    """
    dynamodb, iam = aws.client("dynamodb"), aws.client("iam")
    iam.create_role(RoleName="orders-service", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.attach_role_policy(RoleName="orders-service", PolicyArn=FULL_ACCESS)
    iam.create_user(UserName="eve")
    iam.attach_user_policy(UserName="eve", PolicyArn=FULL_ACCESS)
    dynamodb.create_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "createdAt")],
        KeySchema=[
            {"AttributeName": "id", "KeyType": "HASH"},
            {"AttributeName": "createdAt", "KeyType": "RANGE"},
        ],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        Tags=[{"Key": "team", "Value": "orders"}],
        **encryption,
    )
    dynamodb.get_waiter("table_exists").wait(TableName=TABLE)
    dynamodb.update_time_to_live(
        TableName=TABLE, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expiresAt"}
    )
    for item in ITEMS:
        dynamodb.put_item(TableName=TABLE, Item=item)


def kept(aws: LocalAws) -> Mapping[str, Any]:
    """What must be the same before and after."""
    dynamodb = aws.client("dynamodb")
    table = dynamodb.describe_table(TableName=TABLE)["Table"]
    names = ("TableId", "CreationDateTime", "KeySchema", "LatestStreamArn", "StreamSpecification")
    return {
        **{name: table[name] for name in names},
        "items": sorted(map(str, dynamodb.scan(TableName=TABLE)["Items"])),
        "ttl": dynamodb.describe_time_to_live(TableName=TABLE)["TimeToLiveDescription"],
        "tags": dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"],
    }


def key_of_table(aws: LocalAws) -> str | None:
    table = aws.client("dynamodb").describe_table(TableName=TABLE)["Table"]
    arn: str | None = table.get("SSEDescription", {}).get("KMSMasterKeyArn")
    return arn


def as_user(aws: LocalAws, user: str) -> Any:  # noqa: ANN401  # boto3 makes its clients at run time
    made = aws.client("iam").create_access_key(UserName=user)["AccessKey"]
    return aws.client("dynamodb", Credentials(made["AccessKeyId"], made["SecretAccessKey"]))


@pytest.fixture
def checkout(own_run: LocalRun) -> Checkout:
    return project_checkout(own_run)


@pytest.mark.parametrize(
    ("encryption", "named"),
    [(AWS_OWNED, "the AWS owned key"), (AWS_MANAGED, "the AWS managed key")],
    ids=["AWS owned key", "AWS managed key"],
)
def test_the_guides_commands_move_the_table(
    encryption: Mapping[str, Any], named: str, checkout: Checkout
) -> None:
    aws = checkout.run.aws
    make_by_hand(aws, encryption)
    before = kept(aws)
    eve = as_user(aws, "eve")
    assert "Item" in eve.get_item(TableName=TABLE, Key=key_of(ITEMS[0]))
    new, *commands = blocks(GUIDE, "sh")
    (config,) = blocks(GUIDE, "yaml")

    made = checkout.shell(new)
    checkout.write_config("orders", config)
    done = [checkout.shell(command) for command in commands]

    assert [(r.returncode, r.stdout) for r in (made, *done) if r.returncode != 0] == []
    adopted, previewed, _ = (result.stdout for result in done)
    assert f"Found: table {TABLE}, encrypted with {named}" in adopted
    assert "To be created: legacy-orders-key (Key)" in adopted
    assert "legacy-orders-table" in previewed
    assert "+-" not in previewed
    assert f"{EVERYONE} loses read and write" in access_changes(checkout)
    assert kept(aws) == before
    key = key_of_table(aws)
    assert key is not None
    assert aws.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyManager"] == "CUSTOMER"
    with pytest.raises(ClientError, match="KMS key access denied"):
        eve.get_item(TableName=TABLE, Key=key_of(ITEMS[0]))


def access_changes(checkout: Checkout) -> str:
    """The output of the guide's access diff."""
    text, plan = ((checkout.directory / name).read_text() for name in ("preview.json", "plan.json"))
    return "\n".join(sentences(access_diff(read_preview(text, plan))))


def test_a_forgotten_principal_gets_access_afterwards(checkout: Checkout) -> None:
    aws = checkout.run.aws
    make_by_hand(aws, AWS_OWNED)
    eve = as_user(aws, "eve")
    new, adoption, *_ = blocks(GUIDE, "sh")
    (config,) = blocks(GUIDE, "yaml")
    checkout.shell(new)
    checkout.write_config("orders", config)
    checkout.shell(adoption)
    assert checkout.shell("pulumi up --stack orders --yes").returncode == 0

    checkout.write_config("orders", f"{config}\n        - user/eve")
    updated = checkout.shell("pulumi up --stack orders --yes")

    assert updated.returncode == 0, updated.stdout
    assert eve.get_item(TableName=TABLE, Key=key_of(ITEMS[0]))["Item"] == ITEMS[0]


def key_of(item: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: item[name] for name in ("id", "createdAt")}
