"""The same tables as the component's, written with raw resources: key, alias and table each."""

import json
import os

import pulumi_aws as aws

COUNT = int(os.environ["TABLES"])
ACCOUNT = aws.get_caller_identity().account_id
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                "Action": "kms:*",
                "Resource": "*",
            }
        ],
    }
)

for number in range(COUNT):
    name = f"table-{number:04}"
    key = aws.kms.Key(f"{name}-key", policy=POLICY, enable_key_rotation=True, deletion_window_in_days=7)
    aws.kms.Alias(f"{name}-alias", name=f"alias/{name}", target_key_id=key.arn)
    aws.dynamodb.Table(
        f"{name}-table",
        name=name,
        hash_key="id",
        attributes=[{"name": "id", "type": "S"}],
        billing_mode="PAY_PER_REQUEST",
        server_side_encryption={"enabled": True, "kms_key_arn": key.arn},
        point_in_time_recovery={"enabled": True},
    )
