"""Tables and keys without the component, as the config describes them."""

import json

import pulumi
from pulumi_aws import dynamodb, iam, kms

ACCOUNT = "111122223333"
config = pulumi.Config()


def key_policy(console: bool, users: list[str], table: str) -> str:
    use = {"Effect": "Allow", "Principal": {"AWS": users}, "Action": "kms:Decrypt", "Resource": "*"}
    if not console:
        use["Condition"] = {"StringEquals": {"kms:EncryptionContext:aws:dynamodb:tableName": table}}
    manage = (
        "kms:*"
        if console
        else [
            "kms:Describe*",
            "kms:List*",
            "kms:Get*",
            "kms:Put*",
            "kms:ScheduleKeyDeletion",
            "kms:EnableKeyRotation",
            "kms:CreateGrant",
            "kms:Decrypt",
            "kms:Encrypt",
            "kms:ReEncrypt*",
            "kms:GenerateDataKey*",
            "kms:CreateAlias",
            "kms:DeleteAlias",
        ]
    )
    root = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": manage,
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [root, use] if users else [root]})


people = {name: iam.User(name, name=name) for name in config.get_object("people") or []}
for name in config.get_object("fullAccess") or []:
    iam.UserPolicyAttachment(
        f"{name}-full", user=people[name].name, policy_arn="arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
    )

for name, settings in (config.get_object("tables") or {}).items():
    users = [f"arn:aws:iam::{ACCOUNT}:user/{user}" for user in settings.get("keyUsers", [])]
    key_name = settings.get("key", f"{name}-key")
    after_people = pulumi.ResourceOptions(depends_on=list(people.values()))
    imported = pulumi.ResourceOptions(import_=settings.get("importKey"))
    key = kms.Key(
        key_name,
        policy=key_policy(settings.get("console", True), users, name),
        opts=pulumi.ResourceOptions.merge(after_people, imported),
    )
    kms.Alias(f"{key_name}-alias", name=f"alias/{key_name}", target_key_id=key.key_id)
    replicas: list[dynamodb.TableReplicaArgs] = []
    for region in settings.get("replicas", []):
        there = kms.Key(
            f"{name}-key-{region}", region=region, policy=key_policy(True, users, name), opts=after_people
        )
        replicas.append(dynamodb.TableReplicaArgs(region_name=region, kms_key_arn=there.arn))
    dynamodb.Table(
        settings.get("resource", f"{name}-table"),
        name=name,
        hash_key="id",
        attributes=[{"name": "id", "type": "S"}],
        billing_mode="PAY_PER_REQUEST",
        stream_enabled=True if replicas else None,
        stream_view_type="NEW_AND_OLD_IMAGES" if replicas else None,
        replicas=replicas,
        server_side_encryption={"enabled": True, "kms_key_arn": key.arn},
        opts=pulumi.ResourceOptions(
            aliases=[pulumi.Alias(name=f"{name}-table")],
            import_=name if "importKey" in settings else None,
        ),
    )
