"""Ways to state a table's encryption, right or wrong: one source for the Pulumi and the Terraform program."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

HOME, ABROAD, ACCOUNT, STRANGER = "us-east-1", "eu-west-1", "111122223333", "444455556666"
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"


def key(region: str = HOME, account: str = ACCOUNT, resource: str = f"key/{KEY_ID}") -> str:
    """The ARN of a key or alias."""
    return f"arn:aws:kms:{region}:{account}:{resource}"


def encrypted(**settings: object) -> dict[str, Any]:
    """A table with these encryption settings."""
    return {"server_side_encryption": settings}


def replicated(**replica: object) -> dict[str, Any]:
    """A table with a key, and a replica with these settings."""
    stream = {"stream_enabled": True, "stream_view_type": "NEW_AND_OLD_IMAGES"}
    return {
        **encrypted(enabled=True, kms_key_arn=key()),
        "replicas": [{"region_name": ABROAD, "point_in_time_recovery": True, **replica}],
        **stream,
    }


SPELLINGS: Mapping[str, tuple[dict[str, Any], str]] = {
    "no-block": ({}, "DynamoDB uses an AWS owned key"),
    "disabled": (encrypted(enabled=False), "DynamoDB uses an AWS owned key"),
    "disabled-with-key": (encrypted(enabled=False, kms_key_arn=key()), "the key is not used"),
    "enabled-without-key": (encrypted(enabled=True), "the AWS managed key `aws/dynamodb` is used"),
    "empty-key": (encrypted(enabled=True, kms_key_arn=""), "the AWS managed key `aws/dynamodb` is used"),
    "aws-managed-alias": (encrypted(enabled=True, kms_key_arn="alias/aws/dynamodb"), "the AWS managed key"),
    "aws-managed-alias-arn": (
        encrypted(enabled=True, kms_key_arn=key(resource="alias/aws/dynamodb")),
        "the AWS managed key",
    ),
    "customer-alias-arn": (
        encrypted(enabled=True, kms_key_arn=key(resource="alias/orders")),
        "an alias may come to name another key; the provider asks for the key's ARN",
    ),
    "bare-key-id": (encrypted(enabled=True, kms_key_arn=KEY_ID), "the argument takes an ARN"),
    "not-a-key": (encrypted(enabled=True, kms_key_arn="arn:aws:s3:::bucket"), "an ARN, not of a key"),
    "key-of-another-region": (
        encrypted(enabled=True, kms_key_arn=key(region=ABROAD)),
        "DynamoDB refuses a key of another Region",
    ),
    "key-of-another-account": (
        encrypted(enabled=True, kms_key_arn=key(account=STRANGER)),
        "whoever holds that account can take the data away",
    ),
    "customer-key": (encrypted(enabled=True, kms_key_arn=key()), "as it is to be"),
    "replica-without-key": (replicated(), "the replica does not use a customer managed key"),
    "replica-with-the-tables-key": (replicated(kms_key_arn=key()), "a replica's key is of its own Region"),
    "replica-with-key": (replicated(kms_key_arn=key(region=ABROAD)), "as it is to be"),
}


def terraform() -> str:
    """All spellings as a Terraform file."""
    return "\n".join(line for name, (inputs, _) in SPELLINGS.items() for line in _table(name, inputs))


def _table(name: str, inputs: Mapping[str, Any]) -> Iterator[str]:
    yield f'resource "aws_dynamodb_table" "{name}" {{'
    yield f'  name = "{name}"\n  hash_key = "id"\n  billing_mode = "PAY_PER_REQUEST"'
    yield '  attribute {\n    name = "id"\n    type = "S"\n  }'
    for argument, value in inputs.items():
        blocks = value if isinstance(value, list) else [value]
        if isinstance(blocks[0], dict):
            for block in blocks:
                yield f"  {argument.removesuffix('s')} {{"
                yield from (f"    {inner} = {json.dumps(stated)}" for inner, stated in block.items())
                yield "  }"
        else:
            yield f"  {argument} = {json.dumps(value)}"
    yield "}"
