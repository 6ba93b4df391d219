"""The replicas of a global table (version 2019.11.21), inside an `aws.dynamodb.Table`."""

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from local.provider.call import Call
from local.provider.dynamodb import requests, settings, waiting
from local.provider.errors import is_code
from local.provider.values import Properties


def add(call: Call, table: str, replica: Properties, tags: Properties) -> None:
    """Create a replica and apply its settings."""
    region = replica["regionName"]
    _update(call, table, {"Create": requests.replica(replica)})
    waiting.until_replica(call, table, region, there=True)
    _set(call, table, replica, tags)


def remove(call: Call, table: str, region: str) -> None:
    """Delete a replica, unless it no longer exists."""
    if not waiting.has_replica(call, table, region):
        return
    try:
        _update(call, table, {"Delete": {"RegionName": region}})
    except ClientError as error:
        if not is_code(error, "ReplicaNotFoundException", "ResourceNotFoundException"):
            raise
    waiting.until_replica(call, table, region, there=False)


def change(call: Call, table: str, old: Sequence[Properties], new: Properties) -> None:
    """Remove, add and change replicas. A replica with a new key is recreated."""
    before = {replica["regionName"]: replica for replica in old}
    after = {replica["regionName"]: replica for replica in new.get("replicas") or []}
    tags = new.get("tags") or {}
    for region, replica in before.items():
        if region not in after or _has_other_key(replica, after[region]):
            remove(call, table, region)
    for region, replica in after.items():
        if region not in before or _has_other_key(before[region], replica):
            add(call, table, replica, tags)
        else:
            _set(call, table, replica, tags)


def read(call: Call, table: Properties, known: Sequence[Properties]) -> list[dict[str, Any]]:
    """The replicas, as described in their Regions."""
    settings_known = {replica["regionName"]: replica for replica in known}
    return [
        _read_one(call, table["TableName"], replica, settings_known.get(replica["RegionName"], {}))
        for replica in table.get("Replicas") or []
        if replica["RegionName"] != call.region
    ]


def _read_one(call: Call, name: str, replica: Properties, known: Properties) -> dict[str, Any]:
    region = replica["RegionName"]
    table = waiting.describe(call, name, region) or {}
    key = replica.get("KMSMasterKeyId") or (table.get("SSEDescription") or {}).get("KMSMasterKeyArn", "")
    return {
        "arn": table.get("TableArn", ""),
        "consistencyMode": known.get("consistencyMode", "EVENTUAL"),
        "deletionProtectionEnabled": table.get("DeletionProtectionEnabled", False),
        "kmsKeyArn": settings.customer_managed(call, key, region),
        "pointInTimeRecovery": settings.read_point_in_time_recovery(call, name, region)["enabled"],
        "propagateTags": known.get("propagateTags", False),
        "regionName": region,
        "streamArn": table.get("LatestStreamArn", ""),
        "streamLabel": table.get("LatestStreamLabel", ""),
    }


def _set(call: Call, table: str, replica: Properties, tags: Properties) -> None:
    region = replica["regionName"]
    now = waiting.until_active(call, table, region)
    protected = replica.get("deletionProtectionEnabled")
    if protected is not None and now.get("DeletionProtectionEnabled", False) != protected:
        call.client("dynamodb", region).update_table(TableName=table, DeletionProtectionEnabled=protected)
    recovery = {"enabled": replica.get("pointInTimeRecovery", False)}
    if settings.read_point_in_time_recovery(call, table, region)["enabled"] != recovery["enabled"]:
        settings.set_point_in_time_recovery(call, table, recovery, region)
    if replica.get("propagateTags"):
        before = settings.read_tags(call, now["TableArn"], region)
        settings.change_tags(call, now["TableArn"], before, {"tags": tags}, region)


def _update(call: Call, table: str, replica_update: Properties) -> None:
    dynamodb = call.client("dynamodb")
    call.retry_while(
        lambda error: is_code(error, "ResourceInUseException", "ReplicatedWriteConflictException"),
        lambda: dynamodb.update_table(TableName=table, ReplicaUpdates=[replica_update]),
        call.timeout,
    )


def _has_other_key(old: Properties, new: Properties) -> bool:
    return bool(new.get("kmsKeyArn")) and old.get("kmsKeyArn") != new.get("kmsKeyArn")
