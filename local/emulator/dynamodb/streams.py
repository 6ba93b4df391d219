"""Streams: the view type cannot change while the stream is enabled, and replicas need their streams.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
"""

from collections.abc import Mapping
from typing import Any

from .. import ministack_adapter as ms
from ..arns import TableName
from ..errors import ServiceError


def check(table: TableName, request: Mapping[str, Any]) -> None:
    """Raise if the update enables a stream that is already enabled, or disables that of a replica.

    Raises:
        ServiceError: the stream is enabled, with any view type, or the table has replicas.
    """
    wanted = (request.get("StreamSpecification") or {}).get("StreamEnabled")
    if wanted is False and ms.regions_of(table.record or {}):
        raise ServiceError(
            "ValidationException", "The stream of a replica of a global table cannot be disabled"
        )
    present = ((table.record or {}).get("StreamSpecification") or {}).get("StreamEnabled")
    if wanted and present:
        raise ServiceError(
            "ValidationException", f"Table already has an enabled stream: TableName: {table.name}"
        )
