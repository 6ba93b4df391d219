"""The replicas of a global table (version 2019.11.21), inside an `aws.dynamodb.Table`."""

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from local.provider.call import Call
from local.provider.dynamodb import requests, settings, waiting
from local.provider.errors import is_code
from local.provider.values import Properties


def add(call: Call, table: str, replica: Properties) -> None:
    """Create a replica and apply its settings."""
    region = replica["regionName"]
    _update(call, table, {"Create": requests.replica(replica)})
    waiting.until_replica(call, table, region, there=True)
    _set_recovery(call, table, replica)
    _set_protection(call, table, replica)


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


def change(call: Call, table: str, old: Sequence[Properties], new: Sequence[Properties]) -> None:
    """Change, remove and add replicas. A replica with a new key is recreated.

    As in the official plugin, an update changes either the recovery or the protection of a replica: if both
    change, the next update changes the protection.
    """
    before = {replica["regionName"]: replica for replica in old}
    after = {replica["regionName"]: replica for replica in new}
    kept = [name for name in before if name in after and not _is_other(before[name], after[name])]
    for region in kept:
        if _recovers(before[region]) != _recovers(after[region]):
            _set_recovery(call, table, after[region])
        elif before[region].get("deletionProtectionEnabled") != after[region].get(
            "deletionProtectionEnabled"
        ):
            _set_protection(call, table, after[region])
    for region in sorted({*before} - {*kept}):
        remove(call, table, region)
    for region in sorted({*after} - {*kept}):
        add(call, table, after[region])


def copy_tags(call: Call, table: str, inputs: Properties) -> None:
    """Give the table's tags to the replicas that propagate them."""
    for replica in inputs.get("replicas") or []:
        if replica.get("propagateTags"):
            region = replica["regionName"]
            arn = waiting.until_active(call, table, region)["TableArn"]
            before = settings.read_tags(call, arn, region)
            settings.change_tags(call, arn, before, {"tags": inputs.get("tags") or {}}, region)


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
    key = (table.get("SSEDescription") or {}).get("KMSMasterKeyArn") or replica.get("KMSMasterKeyId", "")
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


def _recovers(replica: Properties) -> bool:
    return bool(replica.get("pointInTimeRecovery"))


def _is_protected(replica: Properties) -> bool:
    return bool(replica.get("deletionProtectionEnabled"))


def _set_recovery(call: Call, table: str, replica: Properties) -> None:
    settings.set_point_in_time_recovery(call, table, {"enabled": _recovers(replica)}, replica["regionName"])


def _set_protection(call: Call, table: str, replica: Properties) -> None:
    region, protected = replica["regionName"], _is_protected(replica)
    call.client("dynamodb", region).update_table(TableName=table, DeletionProtectionEnabled=protected)
    waiting.until_active(call, table, region)


def _update(call: Call, table: str, replica_update: Properties) -> None:
    dynamodb = call.client("dynamodb")
    call.retry_while(
        lambda error: is_code(error, "ResourceInUseException", "ReplicatedWriteConflictException"),
        lambda: dynamodb.update_table(TableName=table, ReplicaUpdates=[replica_update]),
        call.timeout,
    )


def _is_other(old: Properties, new: Properties) -> bool:
    """Whether the key or the consistency mode differs, for which the replica is recreated."""
    has_other_key = bool(new.get("kmsKeyArn")) and old.get("kmsKeyArn") != new.get("kmsKeyArn")
    return has_other_key or old.get("consistencyMode") != new.get("consistencyMode")
