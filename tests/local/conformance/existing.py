"""What exists in both accounts before the run: roles, keys and a table."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from local.process import LocalAws
from tests.engine.programs import TRUST

ACCOUNT = "111122223333"
REGION = "us-east-1"
ROLES = ("administrators", "reader", "writer")
KEYS: Mapping[str, Sequence[str]] = {
    region: [f"arn:aws:kms:{region}:{ACCOUNT}:key/existing-{number}" for number in (1, 2)]
    for region in (REGION, "eu-west-1")
}
"""Keys, by Region. AWS chooses their ids, so that `prepare` gives the ARNs that stand in each account."""
SOURCE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/existing"
TIME = "2001-01-01T00:00:00Z"
"""Stands for a time to which `SOURCE` can be restored."""
Names = Mapping[str, str]


def prepare(aws: LocalAws) -> Names:
    """Create all, and return the ARNs that AWS chose by what stands for them."""
    for role in ROLES:
        aws.client("iam").create_role(RoleName=role, AssumeRolePolicyDocument=TRUST)
    found = {
        arn: aws.client("kms", region=region).create_key(Description=arn)["KeyMetadata"]["Arn"]
        for region, arns in KEYS.items()
        for arn in arns
    }
    dynamodb, table = aws.client("dynamodb", region=REGION), SOURCE.rpartition("/")[2]
    dynamodb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    dynamodb.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    return found


def moment() -> Names:
    """A time at which the tables of all accounts exist."""
    time.sleep(1)  # a restore takes whole seconds
    return {TIME: datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}


def replaced(text: str, names: Names) -> str:
    """The text with what AWS chose."""
    for name, value in names.items():
        text = text.replace(name, value)
    return text
