"""The same tables as the component's, written with raw resources: key, alias and table each.

KEY_POLICY is the key policy of the table TABLE in ACCOUNT, as somebody would have it in a file.
"""

import os

import pulumi_aws as aws

ACCOUNT = aws.get_caller_identity().account_id
POLICY = os.environ["KEY_POLICY"].replace("ACCOUNT", ACCOUNT)

for number in range(int(os.environ["TABLES"])):
    name = f"table-{number:04}"
    key = aws.kms.Key(
        f"{name}-key",
        description=f"Encrypts the DynamoDB table {name}.",
        policy=POLICY.replace("TABLE", name),
        enable_key_rotation=True,
        deletion_window_in_days=7,
    )
    aws.kms.Alias(f"{name}-alias", name=f"alias/{name}", target_key_id=key.key_id)
    aws.dynamodb.Table(
        f"{name}-table",
        name=name,
        hash_key="id",
        attributes=[{"name": "id", "type": "S"}],
        billing_mode="PAY_PER_REQUEST",
        deletion_protection_enabled=False,
        server_side_encryption={"enabled": True, "kms_key_arn": key.arn},
        point_in_time_recovery={"enabled": True},
    )
