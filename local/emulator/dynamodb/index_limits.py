"""The most that a global secondary index may use on demand: ministack keeps the one it was created with.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateGlobalSecondaryIndexAction.html
"""

from collections.abc import Mapping
from typing import Any

from local.emulator.arns import TableName


def apply(table: TableName, request: Mapping[str, Any]) -> None:
    """Give each index the limits that an UpdateTable request has for it."""
    indexes = {index["IndexName"]: index for index in (table.record or {}).get("GlobalSecondaryIndexes", [])}
    for change in request.get("GlobalSecondaryIndexUpdates") or []:
        update = change.get("Update") or {}
        if "OnDemandThroughput" in update and update.get("IndexName") in indexes:
            index = indexes[update["IndexName"]]
            index["OnDemandThroughput"] = {
                **index.get("OnDemandThroughput", {}),
                **update["OnDemandThroughput"],
            }
