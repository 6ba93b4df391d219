"""Time to live: AWS rejects a change without effect.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html
"""

from collections.abc import Mapping
from typing import Any

from .. import ministack_adapter as ms
from ..arns import TableName
from ..errors import ServiceError


def check(table: TableName, request: Mapping[str, Any]) -> None:
    """Raise if the update enables TTL that is enabled, or disables TTL that is disabled.

    Raises:
        ServiceError: it already has that status.
    """
    wanted = bool((request.get("TimeToLiveSpecification") or {}).get("Enabled"))
    if table.record is not None and wanted == ms.has_time_to_live(table.account, table.region, table.name):
        raise ServiceError(
            "ValidationException", f"TimeToLive is already {'enabled' if wanted else 'disabled'}"
        )
