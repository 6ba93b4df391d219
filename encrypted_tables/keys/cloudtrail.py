"""CloudTrail's event history: 90 days of calls, also without a trail.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from encrypted_tables.keys.facts import KeyChange
from encrypted_tables.verify.collect.connections import Connections
from encrypted_tables.verify.collect.observe import Unknown, attempt

CALL = "cloudtrail:LookupEvents"
_DELIVERED_WITHIN = timedelta(hours=1)
_CREATIONS = ("CreateTable", "RestoreTableFromBackup", "RestoreTableToPointInTime")
_SERVICES = ("dynamodb.amazonaws.com", "backup.amazonaws.com")
_TABLE_CONTEXT = "aws:dynamodb:tableName"


def read_key_changes(connections: Connections, region: str) -> tuple[KeyChange, ...] | Unknown:
    """Every call of the last 90 days that set the key of a table."""

    def read() -> tuple[KeyChange, ...]:
        names = ("UpdateTable", *_CREATIONS)
        return tuple(
            change
            for name in names
            for event in _events(connections, region, "EventName", name)
            if (change := _key_change(name, event, region))
        )

    return attempt(CALL, read)


def explains(
    connections: Connections, region: str, event_id: str, time: datetime, now: datetime
) -> bool | Unknown:
    """Whether a use of a key was for DynamoDB or AWS Backup, or happened before the event history."""

    def read() -> bool | Unknown:
        found = list(_events(connections, region, "EventId", event_id))
        if found:
            return _is_of_dynamodb_or_backup(found[0])
        if time < now - _DELIVERED_WITHIN:
            return True
        return Unknown(CALL, "no event", f"event {event_id} is not yet in the event history")

    return attempt(CALL, read)


def _events(connections: Connections, region: str, attribute: str, value: str) -> Iterator[dict[str, Any]]:
    pages = (
        connections.client("cloudtrail", region)
        .get_paginator("lookup_events")
        .paginate(
            LookupAttributes=[{"AttributeKey": attribute, "AttributeValue": value}],
        )
    )
    for page in pages:
        for event in page["Events"]:
            yield json.loads(event["CloudTrailEvent"])


def _key_change(name: str, event: Mapping[str, Any], region: str) -> KeyChange | None:
    if event.get("errorCode"):
        return None
    request = event.get("requestParameters") or {}
    described = (event.get("responseElements") or {}).get("tableDescription") or {}
    asked = request.get("sSESpecification") or _asked_for_region(request, region)
    is_creation = name in _CREATIONS
    if not is_creation and asked is None:
        return None
    key = (asked or {}).get("kMSMasterKeyId")
    if is_creation:
        key = (described.get("sSEDescription") or {}).get("kMSMasterKeyArn") or key
    table = request.get("targetTableName") or request.get("tableName") or ""
    return KeyChange(table.rsplit("/", 1)[-1], _time(event), key, is_creation)


def _asked_for_region(request: Mapping[str, Any], region: str) -> Mapping[str, Any] | None:
    """The key that a change of the keys of a table with replicas has for this Region."""
    updates = [update.get("update") or {} for update in request.get("replicaUpdates") or []]
    return next((one for one in updates if one.get("kMSMasterKeyId") and one["regionName"] == region), None)


def _time(event: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(str(event["eventTime"]))


def _is_of_dynamodb_or_backup(event: Mapping[str, Any]) -> bool:
    request = event.get("requestParameters") or {}
    contexts = [value for name, value in request.items() if name.lower().endswith("encryptioncontext")]
    invoked_by = str((event.get("userIdentity") or {}).get("invokedBy", ""))
    return any(_TABLE_CONTEXT in one for one in contexts if one) or invoked_by in _SERVICES
