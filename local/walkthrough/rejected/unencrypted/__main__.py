"""A table without encryption settings: DynamoDB encrypts it with an AWS owned key."""

import pulumi_aws as aws

aws.dynamodb.Table(
    "orders",
    hash_key="id",
    attributes=[{"name": "id", "type": "S"}],
    billing_mode="PAY_PER_REQUEST",
)
