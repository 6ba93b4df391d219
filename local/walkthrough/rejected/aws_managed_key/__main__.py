"""A table with encryption enabled but without a key: DynamoDB uses the AWS managed key `aws/dynamodb`."""

import pulumi_aws as aws

aws.dynamodb.Table(
    "orders",
    hash_key="id",
    attributes=[{"name": "id", "type": "S"}],
    billing_mode="PAY_PER_REQUEST",
    server_side_encryption={"enabled": True},
)
