"""A restore from a backup needs the key too."""

import pytest

from local.process import LocalAws
from tests.local.emulator.resources import (
    ITEM,
    KEY_DENIED,
    encrypted_with,
    error_of,
    make_key,
    make_table,
    make_user,
    name,
    sse_of,
)


def source_of(aws: LocalAws, table: str, way: str) -> dict[str, str]:
    """The parameters of a restore that name its source."""
    if way == "restore_table_to_point_in_time":
        aws.client("dynamodb").update_continuous_backups(
            TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        return {"SourceTableName": table}
    backup = aws.client("dynamodb").create_backup(TableName=table, BackupName="backup")
    return {"BackupArn": backup["BackupDetails"]["BackupArn"]}


WAYS = pytest.mark.parametrize("way", ["restore_table_from_backup", "restore_table_to_point_in_time"])


@WAYS
@pytest.mark.parametrize(
    "override", [{}, {"SSESpecificationOverride": {"Enabled": False}}], ids=["kept", "none"]
)
def test_a_restore_needs_permission_to_use_the_key(
    aws: LocalAws, way: str, override: dict[str, object]
) -> None:
    source = source_of(aws, make_table(aws, make_key(aws)), way)
    stranger = make_user(aws)

    error = error_of(
        getattr(aws.client("dynamodb", stranger.credentials), way),
        TargetTableName=name("restored"),
        **source,
        **override,
    )

    assert (error.code, error.message.startswith(KEY_DENIED)) == ("AccessDeniedException", True)


@WAYS
def test_the_restored_table_has_the_key_of_its_source(aws: LocalAws, way: str) -> None:
    key, target = make_key(aws), name("restored")
    source = source_of(aws, make_table(aws, key), way)
    dynamodb, stranger = aws.client("dynamodb"), make_user(aws)

    getattr(dynamodb, way)(TargetTableName=target, **source)

    assert (sse_of(aws, target) or {})["KMSMasterKeyArn"] == key
    assert dynamodb.get_item(TableName=target, Key=ITEM)["Item"] == ITEM
    error = error_of(aws.client("dynamodb", stranger.credentials).get_item, TableName=target, Key=ITEM)
    assert error.message.startswith(KEY_DENIED)


@WAYS
def test_another_key_can_be_chosen(aws: LocalAws, way: str) -> None:
    other, target = make_key(aws), name("restored")
    source = source_of(aws, make_table(aws, make_key(aws)), way)

    getattr(aws.client("dynamodb"), way)(
        TargetTableName=target, SSESpecificationOverride=encrypted_with(other), **source
    )

    assert (sse_of(aws, target) or {})["KMSMasterKeyArn"] == other


@WAYS
def test_a_backup_under_a_disabled_key_cannot_be_restored(aws: LocalAws, way: str) -> None:
    old = make_key(aws)
    table = make_table(aws, old)
    source = source_of(aws, table, way)
    aws.client("kms").disable_key(KeyId=old)

    error = error_of(getattr(aws.client("dynamodb"), way), TargetTableName=name("restored"), **source)

    assert error.message.startswith("KMS key disabled error: ")


def test_a_backup_keeps_the_key_its_table_had(aws: LocalAws) -> None:
    old, new, target = make_key(aws), make_key(aws), name("restored")
    table = make_table(aws, old)
    source = source_of(aws, table, "restore_table_from_backup")
    dynamodb = aws.client("dynamodb")
    dynamodb.update_table(TableName=table, SSESpecification=encrypted_with(new))

    dynamodb.restore_table_from_backup(TargetTableName=target, **source)

    assert (sse_of(aws, target) or {})["KMSMasterKeyArn"] == old


def test_a_table_without_point_in_time_recovery_cannot_be_restored_to_a_time(aws: LocalAws) -> None:
    error = error_of(
        aws.client("dynamodb").restore_table_to_point_in_time,
        SourceTableName=make_table(aws, make_key(aws)),
        TargetTableName=name("restored"),
        UseLatestRestorableTime=True,
    )

    assert error.code == "PointInTimeRecoveryUnavailableException"


@WAYS
def test_a_restored_table_has_no_limit_below_one(aws: LocalAws, way: str) -> None:
    source = source_of(aws, make_table(aws), way)
    limits = {"MaxReadRequestUnits": -1}

    error = error_of(
        getattr(aws.client("dynamodb"), way),
        TargetTableName=name("restored"),
        OnDemandThroughputOverride=limits,
        **source,
    )

    assert "is outside of valid range" in error.message
