"""A table's stream: its view type cannot be changed while it is on.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
"""

from collections.abc import Mapping
from typing import Any

from local.emulator.arns import TableName
from local.emulator.errors import ServiceError


def check(table: TableName, request: Mapping[str, Any]) -> None:
    """Refuse to enable a stream that is on.

    Raises:
        ServiceError: it is, whatever its view type.
    """
    wanted = (request.get("StreamSpecification") or {}).get("StreamEnabled")
    present = ((table.record or {}).get("StreamSpecification") or {}).get("StreamEnabled")
    if wanted and present:
        raise ServiceError(
            "ValidationException", f"Table already has an enabled stream: TableName: {table.name}"
        )
