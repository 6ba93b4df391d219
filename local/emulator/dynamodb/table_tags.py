"""The rules for tags of tables.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Tagging.html
"""

from typing import Any

from .. import ministack_adapter as ms
from .. import tags
from ..errors import ServiceError

INVALID = "ValidationException"


def check(operation: str, request: dict[str, Any]) -> None:
    """Check the tags of CreateTable, TagResource and UntagResource.

    Raises:
        ServiceError: a tag is not allowed, or the table would have too many.
    """
    if operation == "UntagResource":
        if any(key.lower().startswith("aws:") for key in request.get("TagKeys") or []):
            raise ServiceError(INVALID, "Tags beginning with aws: are reserved")
        return
    given = request.get("Tags") or []
    new = {tag.get("Key", ""): tag.get("Value", "") for tag in given}
    tags.check(new, duplicates=len(new) < len(given), invalid=INVALID)
    present = ms.table_tags(str(request.get("ResourceArn", "")))
    if tags.are_too_many(new, present):
        text = f"Too many tags: a table can have {tags.PER_RESOURCE}"
        raise ServiceError(INVALID, f"One or more parameter values were invalid: {text}")
