"""The least program that documents speak of: tables with a key each, and the outputs that verify reads."""

import json

import pulumi
from pulumi_aws import dynamodb, kms

ROOT = "arn:aws:iam::111122223333:root"
tables = {}
for name, settings in pulumi.Config().require_object("tables").items():
    users = settings.get("keyUsers", [])
    statements = [
        {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"},
        *(
            {"Effect": "Allow", "Principal": {"AWS": u}, "Action": "kms:Decrypt", "Resource": "*"}
            for u in users
        ),
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    key = kms.Key(f"{name}-key", policy=policy, enable_key_rotation=True)
    alias = kms.Alias(f"{name}-alias", name=f"alias/{name}", target_key_id=key.key_id)
    table = dynamodb.Table(
        f"{name}-table",
        name=name,
        hash_key=settings["partitionKey"],
        attributes=[{"name": settings["partitionKey"], "type": "S"}],
        billing_mode="PAY_PER_REQUEST",
        server_side_encryption={"enabled": True, "kms_key_arn": key.arn},
    )
    tables[name] = {
        "tableName": table.name,
        "tableArn": table.arn,
        "region": table.region,
        "keyArn": key.arn,
        "keyId": key.key_id,
        "keyAlias": alias.name,
        "keyPolicyProfile": "console",
        "access": [{"principal": user, "role": "keyUser"} for user in users],
        "replicas": {},
    }
pulumi.export("tables", tables)
