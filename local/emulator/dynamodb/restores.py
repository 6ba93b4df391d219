"""Restores a table from a backup or to a point in time: the caller must be allowed to use the key.

A backup is encrypted with its table's key, which the caller of a restore must be allowed to use. The new
table gets the same key, unless the caller sets another one.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
"""

from collections.abc import Mapping
from typing import Any

from .. import ministack_adapter as ms
from ..arns import TableName, find_key
from ..dynamodb import key_errors, table_encryption, throughput
from ..dynamodb.table_key import through_dynamodb
from ..errors import ServiceError
from ..kms.key_access import denial
from ..ministack_adapter import Record

OPERATIONS = frozenset({"RestoreTableFromBackup", "RestoreTableToPointInTime"})


def prepare(headers: Mapping[str, str], target: TableName, request: dict[str, Any]) -> Record | None:
    """Check the source's key and choose the new table's key; None is the AWS owned key.

    Raises:
        ServiceError: a key is unusable, the caller may not use it, a limit is refused, or there is nothing to
            restore from.
    """
    source, key_arn = _source(request)
    _check_recovery(source, request)
    _check_limits(target, request)
    if key_arn:
        _check_source_key(headers, source, key_arn)
    specification = request.get("SSESpecificationOverride")
    if specification is None and key_arn:
        specification = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key_arn}
    if specification is None:
        return None
    request["SSESpecificationOverride"] = specification
    refused, key = table_encryption.prepare(headers, target, specification)
    if refused:
        raise ServiceError.of(refused)
    return key


def _source(request: Mapping[str, Any]) -> tuple[TableName, str | None]:
    """The source table, and the key of its data."""
    if "BackupArn" in request:
        backup = ms.backup(str(request["BackupArn"])) or {}
        sse = (backup.get("SourceTableFeatureDetails") or {}).get("SSEDescription") or {}
        name = (backup.get("SourceTableDetails") or {}).get("TableArn", "")
        return TableName.of(name), sse.get("KMSMasterKeyArn")
    source = TableName.of(str(request.get("SourceTableArn") or request.get("SourceTableName") or ""))
    return source, _key_at(source, request.get("RestoreDateTime"))


def _key_at(source: TableName, time: float | None) -> str | None:
    """The key that a table had at a point in time; the current one without a time."""
    keys = (source.record or {}).get("_keys") or []
    before = [one["key"] for one in keys if time is not None and one["since"] <= time]
    return before[-1] if before else source.key_arn()


def _check_recovery(source: TableName, request: Mapping[str, Any]) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableToPointInTime.html"""
    if "BackupArn" in request or source.record is None:
        return
    if not ms.has_point_in_time_recovery(source.account, source.region, source.name):
        raise ServiceError(
            "PointInTimeRecoveryUnavailableException",
            f"Point in time recovery is not enabled for table '{source.name}'",
        )


def _check_limits(target: TableName, request: Mapping[str, Any]) -> None:
    given = {
        "BillingMode": request.get("BillingModeOverride") or "PAY_PER_REQUEST",
        "OnDemandThroughput": request.get("OnDemandThroughputOverride"),
        "GlobalSecondaryIndexes": request.get("GlobalSecondaryIndexOverride"),
    }
    throughput.check(target, given)


def _check_source_key(headers: Mapping[str, str], source: TableName, key_arn: str) -> None:
    key = find_key(key_arn)
    if key is None:
        raise ServiceError.of(key_errors.not_found(f"Key '{key_arn}' does not exist"))
    if unusable := key_errors.unusable(key):
        raise ServiceError.of(unusable)
    who = ms.caller(headers)
    if text := denial(who, "kms:Decrypt", key, through_dynamodb(source), source.encryption_context):
        raise ServiceError.of(key_errors.access_denied(text))


def complete(target: TableName, key: Record | None) -> None:
    """Set encryption and DynamoDB's grant after ministack created the table."""
    record = target.record
    if record is None:
        return
    if key is None:
        record.pop("SSEDescription", None)
    else:
        record["SSEDescription"] = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key["Arn"]}
    table_encryption.apply(target, key, before=None, change_seconds=0)
