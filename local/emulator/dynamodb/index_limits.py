"""On-demand limits of tables and global secondary indexes. ministack sets those of indexes only at creation,
and keeps them when the table gets provisioned capacity.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateGlobalSecondaryIndexAction.html
"""

from collections.abc import Mapping
from typing import Any

from ..arns import TableName


def apply(table: TableName, request: Mapping[str, Any]) -> None:
    """Set the limits of an UpdateTable request on each index; remove all with provisioned capacity."""
    record = table.record or {}
    indexes = {index["IndexName"]: index for index in record.get("GlobalSecondaryIndexes", [])}
    if request.get("BillingMode") == "PROVISIONED":
        for place in (record, *indexes.values()):
            place.pop("OnDemandThroughput", None)
    for change in request.get("GlobalSecondaryIndexUpdates") or []:
        update = change.get("Update") or {}
        if "OnDemandThroughput" in update and update.get("IndexName") in indexes:
            index = indexes[update["IndexName"]]
            index["OnDemandThroughput"] = {
                **index.get("OnDemandThroughput", {}),
                **update["OnDemandThroughput"],
            }
