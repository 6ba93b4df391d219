"""Replicas of tables in other Regions, each with a key of its own."""

from typing import Any

import pytest

from local.process import LocalAws
from tests.local.emulator.resources import error_of, make_key, make_table, sse_of

THERE = "eu-west-1"
INVALID = "One or more parameter values were invalid: "


def add_replica(aws: LocalAws, table: str, **replica: object) -> None:
    """Add a replica in the other Region."""
    update = [{"Create": {"RegionName": THERE, **replica}}]
    aws.client("dynamodb").update_table(TableName=table, ReplicaUpdates=update)


@pytest.fixture
def table(aws: LocalAws) -> str:
    return make_table(aws, make_key(aws))


def test_a_replica_is_encrypted_with_the_key_of_its_region(aws: LocalAws, table: str) -> None:
    key = make_key(aws, region=THERE)

    add_replica(aws, table, KMSMasterKeyId=key)

    assert sse_of(aws, table, THERE) == {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key}
    [shown] = aws.client("dynamodb").describe_table(TableName=table)["Table"]["Replicas"]
    assert (shown["RegionName"], shown["ReplicaStatus"], shown["KMSMasterKeyId"]) == (THERE, "ACTIVE", key)
    [grant] = aws.client("kms", region=THERE).list_grants(KeyId=key)["Grants"]
    assert grant["GranteePrincipal"] == f"dynamodb.{THERE}.amazonaws.com"


def test_a_replica_key_of_a_multi_region_key_is_given_by_its_local_arn(aws: LocalAws) -> None:
    primary = make_key(aws, MultiRegion=True)
    replica = aws.client("kms").replicate_key(KeyId=primary, ReplicaRegion=THERE)["ReplicaKeyMetadata"]["Arn"]
    table = make_table(aws, primary)

    error = error_of(lambda: add_replica(aws, table, KMSMasterKeyId=primary))
    assert "Invalid arn us-east-1" in error.message

    add_replica(aws, table, KMSMasterKeyId=replica)
    assert (sse_of(aws, table, THERE) or {})["KMSMasterKeyArn"] == replica


def test_a_replica_without_a_key_is_refused(aws: LocalAws, table: str) -> None:
    error = error_of(lambda: add_replica(aws, table))

    assert error.code == "ValidationException"
    assert error.message == f"{INVALID}KMSMasterKeyId must be specified for each replica."


def test_a_replica_cannot_have_another_type_of_key_than_the_table(aws: LocalAws) -> None:
    error = error_of(lambda: add_replica(aws, make_table(aws), KMSMasterKeyId=make_key(aws, region=THERE)))

    assert (error.code, error.message.startswith(INVALID)) == ("ValidationException", True)


def test_a_replica_with_a_disabled_key_is_refused(aws: LocalAws, table: str) -> None:
    key = make_key(aws, region=THERE)
    aws.client("kms", region=THERE).disable_key(KeyId=key)

    error = error_of(lambda: add_replica(aws, table, KMSMasterKeyId=key))

    assert error.message.startswith("KMS key disabled error: ")
    missing = error_of(aws.client("dynamodb", region=THERE).describe_table, TableName=table)
    assert missing.code == "ResourceNotFoundException"


def test_items_are_replicated_and_each_replica_is_read_with_its_own_key(aws: LocalAws, table: str) -> None:
    key, item = make_key(aws, region=THERE), {"id": {"S": "1"}}
    add_replica(aws, table, KMSMasterKeyId=key)
    there = aws.client("dynamodb", region=THERE)
    assert there.get_item(TableName=table, Key=item)["Item"] == item

    aws.client("kms", region=THERE).disable_key(KeyId=key)

    assert error_of(there.get_item, TableName=table, Key=item).message.startswith("KMS key disabled error: ")
    assert "Item" in aws.client("dynamodb").get_item(TableName=table, Key=item)


def test_each_replica_has_separate_recovery_and_deletion_protection(aws: LocalAws) -> None:
    table = make_table(aws, make_key(aws), DeletionProtectionEnabled=True)
    recovery: dict[str, Any] = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 7}
    here, there = aws.client("dynamodb"), aws.client("dynamodb", region=THERE)
    here.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=recovery)
    add_replica(aws, table, KMSMasterKeyId=make_key(aws, region=THERE))

    def point_in_time_recovery(dynamodb: Any) -> dict[str, Any]:  # noqa: ANN401  # a client, made at run time
        description = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
        found: dict[str, Any] = description["PointInTimeRecoveryDescription"]
        return found

    assert point_in_time_recovery(here)["RecoveryPeriodInDays"] == 7
    assert point_in_time_recovery(there) == {"PointInTimeRecoveryStatus": "DISABLED"}
    assert there.describe_table(TableName=table)["Table"]["DeletionProtectionEnabled"] is False


def test_a_replicas_key_changes_in_its_own_region(aws: LocalAws, table: str) -> None:
    add_replica(aws, table, KMSMasterKeyId=make_key(aws, region=THERE))
    new = make_key(aws, region=THERE)
    update = [{"Update": {"RegionName": THERE, "KMSMasterKeyId": new}}]

    error = error_of(aws.client("dynamodb").update_table, TableName=table, ReplicaUpdates=update)
    assert error.code == "ValidationException"

    specification = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": new}
    aws.client("dynamodb", region=THERE).update_table(TableName=table, SSESpecification=specification)
    assert (sse_of(aws, table, THERE) or {})["KMSMasterKeyArn"] == new


def test_removing_a_replica_retires_its_grant(aws: LocalAws, table: str) -> None:
    key = make_key(aws, region=THERE)
    add_replica(aws, table, KMSMasterKeyId=key)

    aws.client("dynamodb").update_table(TableName=table, ReplicaUpdates=[{"Delete": {"RegionName": THERE}}])

    assert aws.client("kms", region=THERE).list_grants(KeyId=key)["Grants"] == []
    missing = error_of(aws.client("dynamodb", region=THERE).describe_table, TableName=table)
    assert missing.code == "ResourceNotFoundException"


def test_a_protected_replica_is_not_removed(aws: LocalAws, table: str) -> None:
    add_replica(aws, table, KMSMasterKeyId=make_key(aws, region=THERE))
    there = aws.client("dynamodb", region=THERE)
    there.update_table(TableName=table, DeletionProtectionEnabled=True)

    error = error_of(
        aws.client("dynamodb").update_table,
        TableName=table,
        ReplicaUpdates=[{"Delete": {"RegionName": THERE}}],
    )

    assert (error.code, "protected against deletion" in error.message) == ("ValidationException", True)


def test_a_replica_of_a_table_with_the_aws_managed_key_has_the_one_of_its_region(aws: LocalAws) -> None:
    table = make_table(aws, SSESpecification={"Enabled": True})

    add_replica(aws, table)

    there = (sse_of(aws, table, THERE) or {})["KMSMasterKeyArn"]
    metadata = aws.client("kms", region=THERE).describe_key(KeyId=there)["KeyMetadata"]
    assert (metadata["KeyManager"], there != (sse_of(aws, table) or {})["KMSMasterKeyArn"]) == ("AWS", True)
