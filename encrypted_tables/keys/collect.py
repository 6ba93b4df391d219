"""Reads a key, and everything in its Region that could need it. What cannot be read is Unknown."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from encrypted_tables.keys.cloudtrail import explains
from encrypted_tables.keys.facts import (
    BackupFacts,
    ExportFacts,
    KeyFacts,
    LastUse,
    Recovery,
    RegionFacts,
    TableFacts,
)
from encrypted_tables.verify.collect.connections import Connections
from encrypted_tables.verify.collect.grants import grant_of
from encrypted_tables.verify.collect.observe import Unknown, attempt
from encrypted_tables.verify.collect.parallel import Parallel

T = TypeVar("T")
R = TypeVar("R")


def read_key(connections: Connections, reference: str, region: str, now: datetime) -> KeyFacts | Unknown:
    """A key by its ARN, id or alias. With an ARN, it is read in the ARN's Region."""
    if reference.startswith("arn:"):
        region = reference.split(":")[3]
    kms = connections.client("kms", region)
    found = attempt("kms:DescribeKey", lambda: kms.describe_key(KeyId=reference)["KeyMetadata"])
    if isinstance(found, Unknown):
        return found
    key_id = found["KeyId"]
    usage = _usage(kms, key_id)
    family = found.get("MultiRegionConfiguration", {})
    replicas = family.get("ReplicaKeys", ()) if family.get("MultiRegionKeyType") == "PRIMARY" else ()
    return KeyFacts(
        arn=found["Arn"],
        key_id=key_id,
        manager=found["KeyManager"],
        state=found["KeyState"],
        created=found["CreationDate"],
        deletion_date=found.get("DeletionDate"),
        aliases=attempt("kms:ListAliases", lambda: _aliases(kms, key_id)),
        replica_keys=tuple(one["Arn"] for one in replicas),
        grants=attempt("kms:ListGrants", lambda: _all(kms, "list_grants", "Grants", grant_of, KeyId=key_id)),
        last_use=_last_use(connections, region, usage, now),
        tracked_since=None if isinstance(usage, Unknown) else usage.get("TrackingStartDate"),
    )


def customer_keys(connections: Connections, region: str) -> list[str]:
    """The ARNs of the customer managed keys of a Region."""
    kms = connections.client("kms", region)
    arns = _all(kms, "list_keys", "Keys", lambda one: str(one["KeyArn"]))
    return [arn for arn in arns if kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyManager"] == "CUSTOMER"]


def _aliases(kms: Any, key_id: str) -> tuple[str, ...]:  # noqa: ANN401  # boto3 clients have no static type
    return _all(kms, "list_aliases", "Aliases", lambda one: str(one["AliasName"]), KeyId=key_id)


def _usage(kms: Any, key_id: str) -> Mapping[str, Any] | Unknown:  # noqa: ANN401
    call = "kms:GetKeyLastUsage"
    if not hasattr(kms, "get_key_last_usage"):
        return Unknown(call, "UnknownOperation", "this version of boto3 does not support it; update boto3")
    return attempt(call, lambda: dict(kms.get_key_last_usage(KeyId=key_id)))


def _last_use(
    connections: Connections, region: str, usage: Mapping[str, Any] | Unknown, now: datetime
) -> LastUse | Unknown | None:
    if isinstance(usage, Unknown):
        return usage
    last = usage.get("KeyLastUsage")
    if not last:
        return None
    time: datetime = last["Timestamp"]
    is_explained = explains(connections, region, last["CloudTrailEventId"], time, now)
    return LastUse(last["Operation"], time, is_explained)


def read_region(connections: Connections, region: str, parallel: Parallel) -> RegionFacts:
    """Tables, backups, recovery points and exports of a Region."""
    dynamodb, backup = connections.client("dynamodb", region), connections.client("backup", region)
    tables = attempt("dynamodb:ListTables", lambda: _all(dynamodb, "list_tables", "TableNames", str))
    backups = attempt(
        "dynamodb:ListBackups",
        lambda: _all(dynamodb, "list_backups", "BackupSummaries", dict, BackupType="ALL"),
    )
    exports = attempt("dynamodb:ListExports", lambda: _exports(dynamodb))
    vaults = attempt(
        "backup:ListBackupVaults", lambda: _all(backup, "list_backup_vaults", "BackupVaultList", dict)
    )
    return RegionFacts(
        tables=_each("reading tables", partial(_table, dynamodb), tables, parallel),
        backups=_each("reading backups", partial(_backup, dynamodb), backups, parallel),
        vaults=vaults
        if isinstance(vaults, Unknown)
        else {one["BackupVaultName"]: one.get("EncryptionKeyArn") for one in vaults},
        recovery_points=_recovery_points(backup, vaults, parallel),
        exports=_each("reading exports", partial(_export, dynamodb), exports, parallel),
    )


def _each(
    what: str, read: Callable[[T], R], listed: Iterable[T] | Unknown, parallel: Parallel
) -> tuple[R, ...] | Unknown:
    return listed if isinstance(listed, Unknown) else tuple(parallel.map(what, read, listed))


def _all(
    client: Any,  # noqa: ANN401
    operation: str,
    field: str,
    make: Callable[[Any], T],
    **arguments: str,
) -> tuple[T, ...]:
    pages = client.get_paginator(operation).paginate(**arguments)
    return tuple(make(entry) for page in pages for entry in page[field])


def _table(dynamodb: Any, name: str) -> TableFacts | Unknown:  # noqa: ANN401
    found = attempt("dynamodb:DescribeTable", lambda: dynamodb.describe_table(TableName=name)["Table"])
    if isinstance(found, Unknown):
        return _of(f"table {name}", found)

    def recovery() -> Recovery | None:
        answer = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        period = answer.get("PointInTimeRecoveryDescription", {})
        since = period.get("EarliestRestorableDateTime")
        return Recovery(since, period.get("RecoveryPeriodInDays", 35)) if since else None

    key_arn = found.get("SSEDescription", {}).get("KMSMasterKeyArn")
    return TableFacts(name, key_arn, attempt("dynamodb:DescribeContinuousBackups", recovery))


def _backup(dynamodb: Any, summary: Mapping[str, Any]) -> BackupFacts:  # noqa: ANN401
    def key() -> str | None:
        answer = dynamodb.describe_backup(BackupArn=summary["BackupArn"])["BackupDescription"]
        encryption = answer.get("SourceTableFeatureDetails", {}).get("SSEDescription") or {}
        found: str | None = encryption.get("KMSMasterKeyArn")
        return found

    label = f"backup {summary['BackupName']} of table {summary['TableName']}"
    return BackupFacts(label, attempt("dynamodb:DescribeBackup", key))


def _exports(dynamodb: Any) -> list[str]:  # noqa: ANN401
    """The exports in progress. The call has no paginator."""
    found: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = dynamodb.list_exports(**token)
        found += [one["ExportArn"] for one in page["ExportSummaries"] if one["ExportStatus"] == "IN_PROGRESS"]
        if not page.get("NextToken"):
            return found
        token = {"NextToken": page["NextToken"]}


def _export(dynamodb: Any, arn: str) -> ExportFacts | Unknown:  # noqa: ANN401
    found = attempt(
        "dynamodb:DescribeExport", lambda: dynamodb.describe_export(ExportArn=arn)["ExportDescription"]
    )
    if isinstance(found, Unknown):
        return _of(f"export {arn}", found)
    return ExportFacts(arn, found["TableArn"].split("/")[1], found.get("ExportTime") or found["StartTime"])


def _recovery_points(
    backup: Any,  # noqa: ANN401
    vaults: tuple[Mapping[str, Any], ...] | Unknown,
    parallel: Parallel,
) -> tuple[BackupFacts | Unknown, ...] | Unknown:
    """The recovery points in every vault, of every kind of resource."""

    def read(vault: Mapping[str, Any]) -> tuple[BackupFacts, ...] | Unknown:
        name = vault["BackupVaultName"]

        def fact(point: Mapping[str, Any]) -> BackupFacts:
            label = f"recovery point {point['RecoveryPointArn'].rsplit(':', 1)[-1]} in backup vault {name}"
            return BackupFacts(label, point.get("EncryptionKeyArn"))

        return attempt(
            "backup:ListRecoveryPointsByBackupVault",
            lambda: _all(
                backup, "list_recovery_points_by_backup_vault", "RecoveryPoints", fact, BackupVaultName=name
            ),
        )

    found = _each("reading recovery points", read, vaults, parallel)
    if isinstance(found, Unknown):
        return found
    return tuple(
        point for points in found for point in ((points,) if isinstance(points, Unknown) else points)
    )


def _of(what: str, unknown: Unknown) -> Unknown:
    return Unknown(f"{what}: {unknown.call}", unknown.code, unknown.reason)
