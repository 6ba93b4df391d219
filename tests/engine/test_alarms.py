"""The alarms of a table, on the engine: which recorded calls they are raised for."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from local.local_run import LocalRun
from local.process import Credentials
from tests.engine.programs import TRUST, Program
from tests.local.event_patterns import matching, recorded

NAMES = (
    "CancelKeyDeletion",
    "CreateAlias",
    "CreateBackup",
    "CreateGrant",
    "CreateKey",
    "CreateTable",
    "DeleteBackup",
    "DeleteResourcePolicy",
    "DeleteTable",
    "DisableKey",
    "EnableKey",
    "EnableKeyRotation",
    "PutKeyPolicy",
    "PutResourcePolicy",
    "RevokeGrant",
    "ScheduleKeyDeletion",
    "TagResource",
    "UpdateContinuousBackups",
    "UpdateTable",
    "UpdateTimeToLive",
)
STATEMENT = {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": ["dynamodb:GetItem"]}
KINDS = ("access", "losses")
QUEUE = "arn:aws:sqs:us-east-1:111122223333:alarms"
LIFE: tuple[dict[str, object], ...] = (
    {"alarms": {"target_arn": QUEUE}},
    {"key_users": ["user/owner"], "ttl_attribute": "ends", "resource_policy_statements": [STATEMENT]},
    {"key_version": 2, "retained_key_versions": [1], "tags": {"team": "shop"}},
)
"""The settings of a table, one update after the other."""
Raised = Callable[[], dict[str, list[str]]]


def source(name: str, **more: object) -> str:
    settings = {
        "partition_key": {"name": "id"},
        "deployers": ["user/owner"],
        "deletion_protection_enabled": True,
        "ephemeral": True,
        "alarms": {},
        **more,
    }
    return f"""
        table = EncryptedTable({name!r}, {settings!r})
        role = aws.iam.Role("app", name="{name}-app", assume_role_policy='{TRUST}')
        table.grant_read(role)
        pulumi.export("key", table.key_arn)
        pulumi.export("table", table.table_arn)
        pulumi.export("topics", table.alarm_target_arns)
    """


@pytest.fixture
def raised(shared_run: LocalRun, name: str) -> Raised:
    """Gives the names of the recorded calls that each rule of the table sends to its target."""

    def raised() -> dict[str, list[str]]:
        aws = shared_run.aws
        rules = aws.client("events").list_rules(NamePrefix=f"{name}-")["Rules"]
        events = recorded(aws, NAMES)
        return {
            rule["Name"].removeprefix(f"{name}-"): sorted(
                event["eventName"] for event in matching(aws, rule["EventPattern"], events)
            )
            for rule in rules
        }

    return raised


def intruder(run: LocalRun, name: str) -> Credentials:
    """An administrator who is no deployer."""
    iam = run.aws.client("iam")
    iam.create_user(UserName=name)
    iam.attach_user_policy(UserName=name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def attack(run: LocalRun, name: str, outputs: dict[str, Any]) -> None:
    """Make each dangerous call once, as an administrator who is no deployer, and some harmless ones."""
    credentials = intruder(run, f"{name}-intruder")
    kms, dynamodb = (run.aws.client(service, credentials) for service in ("kms", "dynamodb"))
    key, table = outputs["key"], outputs["table"]
    other_key = run.aws.client("kms").create_key()["KeyMetadata"]["KeyId"]
    anyone = {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "kms:*", "Resource": "*"}
    grantee = f"arn:aws:iam::111122223333:user/{name}-intruder"

    kms.put_key_policy(KeyId=key, Policy=json.dumps({"Version": "2012-10-17", "Statement": [anyone]}))
    grant = kms.create_grant(KeyId=key, GranteePrincipal=grantee, Operations=["Decrypt"])
    kms.revoke_grant(KeyId=key, GrantId=grant["GrantId"])
    policy = {"Version": "2012-10-17", "Statement": [{**STATEMENT, "Resource": table}]}
    dynamodb.put_resource_policy(ResourceArn=table, Policy=json.dumps(policy))
    dynamodb.delete_resource_policy(ResourceArn=table)
    sse = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": other_key}
    dynamodb.update_table(TableName=table, SSESpecification=sse)
    dynamodb.update_table(TableName=name, TableClass="STANDARD_INFREQUENT_ACCESS")
    backup = dynamodb.create_backup(TableName=name, BackupName=name)["BackupDetails"]["BackupArn"]
    dynamodb.delete_backup(BackupArn=backup)
    dynamodb.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )
    kms.disable_key(KeyId=key.rpartition("/")[2])
    kms.enable_key(KeyId=key)
    kms.schedule_key_deletion(KeyId=key)
    kms.cancel_key_deletion(KeyId=key)
    kms.schedule_key_deletion(KeyId=other_key)
    dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
    dynamodb.delete_table(TableName=table)


ACCESS = (
    "CreateGrant",
    "DeleteResourcePolicy",
    "PutKeyPolicy",
    "PutResourcePolicy",
    "RevokeGrant",
    "UpdateTable",
)
LOSSES = (
    "DeleteBackup",
    "DeleteTable",
    "DisableKey",
    "ScheduleKeyDeletion",
    "UpdateContinuousBackups",
    "UpdateTable",
)


def test_each_dangerous_call_raises_an_alarm_and_updates_of_a_deployer_do_not(
    shared_run: LocalRun, program: Program, name: str, raised: Raised
) -> None:
    for settings in LIFE:
        program(source(name, **settings)).up().checked()
    outputs = program.stack.outputs()

    assert targets(shared_run, name) == {outputs["topics"]["us-east-1"]}
    assert raised() == {"access": [], "losses": []}

    attack(shared_run, name, outputs)

    assert raised() == {"access": list(ACCESS), "losses": list(LOSSES)}

    shared_run.aws.client("kms").schedule_key_deletion(KeyId=outputs["key"])  # as the deployer

    assert raised() == {"access": list(ACCESS), "losses": sorted([*LOSSES, "ScheduleKeyDeletion"])}


def targets(run: LocalRun, name: str) -> set[str]:
    """Where the rules of a table send calls."""
    found = [run.aws.client("events").list_targets_by_rule(Rule=f"{name}-{kind}") for kind in KINDS]
    return {target["Arn"] for one in found for target in one["Targets"]}
