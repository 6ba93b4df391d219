"""The AWS managed key of DynamoDB, `alias/aws/dynamodb`: one in each account and Region that uses it.

Every principal in the account can use it through DynamoDB; nobody can change it.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
"""

import json

from .. import ministack_adapter as ms
from ..ministack_adapter import Record

ALIAS = "alias/aws/dynamodb"
DESCRIPTION = "Default key that protects my DynamoDB data when no other key is defined"
ROTATION_DAYS = 365


def is_aws_managed(key: Record) -> bool:
    """Whether AWS manages the key."""
    return bool(key.get("_aws_managed"))


def of(account: str, region: str) -> Record:
    """The key; created at its first use."""
    alias_arn = f"arn:aws:kms:{region}:{account}:{ALIAS}"
    key_id = ms.alias_target(account, region, alias_arn)
    found = ms.key_record(account, region, key_id) if key_id else None
    return found or _make(account, region, alias_arn)


def _make(account: str, region: str, alias_arn: str) -> Record:
    with ms.scope(account, region):
        key = ms.create_key({"Description": DESCRIPTION, "Policy": _policy(account, region)})
        ms.put_alias(alias_arn, key["KeyId"])
    key.update({"_aws_managed": True, "KeyRotationEnabled": True, "RotationPeriodInDays": ROTATION_DAYS})
    return key


def _policy(account: str, region: str) -> str:
    through_dynamodb = {
        "StringEquals": {
            "kms:CallerAccount": account,
            "kms:ViaService": f"dynamodb.{region}.amazonaws.com",
        }
    }
    use = [
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:ReEncrypt*",
        "kms:GenerateDataKey*",
        "kms:CreateGrant",
        "kms:DescribeKey",
    ]
    look = ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"]
    statements = [
        {
            "Sid": "Allow access through Amazon DynamoDB for all principals in the account that are "
            "authorized to use Amazon DynamoDB",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": use,
            "Resource": "*",
            "Condition": through_dynamodb,
        },
        {
            "Sid": "Allow direct access to key metadata to the account",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
            "Action": look,
            "Resource": "*",
        },
    ]
    return json.dumps({"Version": "2012-10-17", "Id": "auto-dynamodb-1", "Statement": statements})
