"""CloudTrail: cloudtrail:LookupEvents by one attribute."""

from typing import Any

from .. import ministack_adapter as ms
from ..cloudtrail.events import ATTRIBUTES, found
from ..errors import request_in
from ..ministack_adapter import Response

TARGET_PREFIX = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101"
PAGE = 50


async def answer(
    method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
) -> Response:
    """Answer one call; the signature and the permission were checked before."""
    del method, path, query
    operation = headers.get("x-amz-target", "").rpartition(".")[2]
    if operation != "LookupEvents":
        return ms.error("UnknownOperationException", f"the local AWS does not know {operation}")
    request = request_in(body)
    attributes = request.get("LookupAttributes") or []
    if len(attributes) != 1 or attributes[0].get("AttributeKey") not in ATTRIBUTES:
        text = f"the local AWS looks events up by one of {', '.join(ATTRIBUTES)}"
        return ms.error("InvalidLookupAttributesException", text)
    events = found(attributes[0]["AttributeKey"], str(attributes[0].get("AttributeValue")))
    start = int(request.get("NextToken") or 0)
    page = {"Events": events[start : start + PAGE]}
    return ms.answer({**page, "NextToken": str(start + PAGE)} if len(events) > start + PAGE else page)
