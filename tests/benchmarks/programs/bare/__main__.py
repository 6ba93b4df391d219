"""The same tables as with the component, in the smallest component: no checks, no settings, only resources.

KEY_POLICY is the key policy of the table TABLE in ACCOUNT, as somebody would have it in a file.
"""

import os

import pulumi
import pulumi_aws as aws

ACCOUNT = aws.get_caller_identity().account_id
POLICY = os.environ["KEY_POLICY"].replace("ACCOUNT", ACCOUNT)


class BareTable(pulumi.ComponentResource):
    """Key, alias and table, and the outputs of the real component."""

    def __init__(self, name: str) -> None:
        super().__init__("benchmark:index:BareTable", name)
        child = pulumi.ResourceOptions(parent=self)
        key = aws.kms.Key(
            f"{name}-key",
            description=f"Encrypts the DynamoDB table {name}.",
            policy=POLICY.replace("TABLE", name),
            enable_key_rotation=True,
            deletion_window_in_days=7,
            opts=child,
        )
        aws.kms.Alias(f"{name}-alias", name=f"alias/{name}", target_key_id=key.key_id, opts=child)
        table = aws.dynamodb.Table(
            f"{name}-table",
            name=name,
            hash_key="id",
            attributes=[{"name": "id", "type": "S"}],
            billing_mode="PAY_PER_REQUEST",
            deletion_protection_enabled=False,
            server_side_encryption={"enabled": True, "kms_key_arn": key.arn},
            point_in_time_recovery={"enabled": True},
            opts=child,
        )
        self.register_outputs(
            {
                "tableName": table.name,
                "tableArn": table.arn,
                "keyArn": key.arn,
                "keyId": key.key_id,
                "keyAlias": f"alias/{name}",
                "streamArn": table.stream_arn,
                "replicaKeyArns": {},
                "alarmTargetArns": {},
            }
        )


for number in range(int(os.environ["TABLES"])):
    BareTable(f"table-{number:04}")
