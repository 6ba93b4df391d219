"""On-demand limits and provisioned capacity of tables and global secondary indexes. ministack accepts any
limit, and changes those of indexes only at creation.

The messages are AWS's; it does not document them.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_OnDemandThroughput.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateGlobalSecondaryIndexAction.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ..arns import TableName
from ..dynamodb.table_encryption import INVALID
from ..errors import ServiceError
from ..ministack_adapter import Record

LIMITS = ("MaxReadRequestUnits", "MaxWriteRequestUnits")
REMOVED = -1
NONE = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
Limits = Mapping[str, int]
Place = str | None
"""The name of an index; None for the table."""


def check(table: TableName, request: Mapping[str, Any]) -> None:
    """Raise if the request to create or update a table has limits that AWS refuses.

    Raises:
        ServiceError: the capacity is provisioned, or a limit is less than 1. An update can remove a limit
            with -1.
    """
    record = table.record
    mode = request.get("BillingMode") or _billing_mode(record)
    for place, limits, is_change in _given(request, changes_table=record is not None):
        named = "table" if place is None else f"index : {place}"
        for name in (name for name in LIMITS if name in limits):
            if mode == "PROVISIONED":
                text = f"{name} for OnDemandThroughput cannot be specified when table BillingMode is {mode}."
                raise ServiceError("ValidationException", f"{INVALID}{text}")
            if limits[name] < 1 and not (is_change and limits[name] == REMOVED):
                text = f"Requested {name} for OnDemandThroughput for {named} is outside of valid range"
                raise ServiceError("ValidationException", f"{INVALID}{text}")


def present(table: TableName) -> dict[Place, Limits]:
    """The limits of the table and of each index."""
    return {place: one.get("OnDemandThroughput") or {} for place, one in _places(table.record or {})}


def apply(table: TableName, request: Mapping[str, Any], before: Mapping[Place, Limits]) -> None:
    """Change the limits that ministack does not change, and what another billing mode changes.

    Args:
        table: the table, after ministack created or updated it.
        request: the request.
        before: the limits before it.
    """
    mode = request.get("BillingMode")
    given = {place: limits for place, limits, _ in _given(request, changes_table=bool(before))}
    for place, one in _places(table.record or {}):
        merged = {**before.get(place, {}), **given.get(place, {})}
        limits = {name: limit for name, limit in merged.items() if limit != REMOVED}
        one.pop("OnDemandThroughput", None)
        if limits and mode != "PROVISIONED":
            one["OnDemandThroughput"] = limits
        if mode == "PAY_PER_REQUEST" and "ProvisionedThroughput" in one:
            one["ProvisionedThroughput"] = NONE


def _billing_mode(record: Record | None) -> str:
    return str(((record or {}).get("BillingModeSummary") or {}).get("BillingMode", "PROVISIONED"))


def _places(record: Record) -> Iterator[tuple[Place, Record]]:
    """The table and its indexes."""
    yield None, record
    for index in record.get("GlobalSecondaryIndexes") or []:
        yield index["IndexName"], index


def _given(request: Mapping[str, Any], *, changes_table: bool) -> Iterator[tuple[Place, Limits, bool]]:
    """The limits in a request, and whether each changes something that exists."""
    yield None, request.get("OnDemandThroughput") or {}, changes_table
    for index in request.get("GlobalSecondaryIndexes") or []:
        yield index["IndexName"], index.get("OnDemandThroughput") or {}, False
    for update in request.get("GlobalSecondaryIndexUpdates") or []:
        for action in ("Create", "Update"):
            if one := update.get(action):
                yield one["IndexName"], one.get("OnDemandThroughput") or {}, action == "Update"
