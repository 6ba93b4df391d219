"""On-demand limits of global secondary indexes. ministack does not change them after creation.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateGlobalSecondaryIndexAction.html
"""

from collections.abc import Mapping
from typing import Any

from ..arns import TableName


def apply(table: TableName, request: Mapping[str, Any]) -> None:
    """Set the limits of an UpdateTable request on each index."""
    indexes = {index["IndexName"]: index for index in (table.record or {}).get("GlobalSecondaryIndexes", [])}
    for change in request.get("GlobalSecondaryIndexUpdates") or []:
        update = change.get("Update") or {}
        if "OnDemandThroughput" in update and update.get("IndexName") in indexes:
            index = indexes[update["IndexName"]]
            index["OnDemandThroughput"] = {
                **index.get("OnDemandThroughput", {}),
                **update["OnDemandThroughput"],
            }
