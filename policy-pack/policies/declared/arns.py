"""Parses KMS key ARNs as strictly as AWS.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
"""

import re
from dataclasses import dataclass

KEY_ID = r"(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})"
KEY_ARN = re.compile(
    rf"arn:(?P<partition>aws(?:-[a-z]+)*):kms:(?P<region>[a-z]{{2,4}}(?:-[a-z]+)+-\d+)"
    rf":(?P<account>\d{{12}}):key/(?P<key_id>{KEY_ID})"
)
ARN_ACCOUNT = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(\d{12}):")

PARTITION_OF_REGION = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-isob-", "aws-iso-b"),
    ("us-isof-", "aws-iso-f"),
    ("us-iso-", "aws-iso"),
    ("eu-isoe-", "aws-iso-e"),
    ("eusc-", "aws-eusc"),
)


# The prefixes of Regions by partition.
EXAMPLE_REGIONS = ("us-east-1", *(f"{prefix}east-1" for prefix, _ in PARTITION_OF_REGION))


@dataclass(frozen=True)
class KeyArn:
    """The parts of a KMS key's ARN."""

    partition: str
    region: str
    account: str
    key_id: str


def parse_key_arn(text: str) -> KeyArn | None:
    """The parts of the ARN of a KMS key, if its Region is in its partition; otherwise None."""
    match = KEY_ARN.fullmatch(text)
    if not match or partition_of(match["region"]) != match["partition"]:
        return None
    return KeyArn(match["partition"], match["region"], match["account"], match["key_id"])


def is_key_id(text: str) -> bool:
    """Whether `text` is a bare key id."""
    return re.fullmatch(KEY_ID, text) is not None


def partition_of(region: str) -> str:
    """The partition that a Region belongs to."""
    return next((name for prefix, name in PARTITION_OF_REGION if region.startswith(prefix)), "aws")


def account_of(arn: object) -> str | None:
    """The account in an ARN; None if `arn` is not an ARN or has no account."""
    match = ARN_ACCOUNT.match(arn) if isinstance(arn, str) else None
    return match[1] if match else None
