"""Streams: the view type cannot change while the stream is enabled.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
"""

from collections.abc import Mapping
from typing import Any

from ..arns import TableName
from ..errors import ServiceError


def check(table: TableName, request: Mapping[str, Any]) -> None:
    """Raise if the update enables a stream that is already enabled.

    Raises:
        ServiceError: the stream is enabled, with any view type.
    """
    wanted = (request.get("StreamSpecification") or {}).get("StreamEnabled")
    present = ((table.record or {}).get("StreamSpecification") or {}).get("StreamEnabled")
    if wanted and present:
        raise ServiceError(
            "ValidationException", f"Table already has an enabled stream: TableName: {table.name}"
        )
