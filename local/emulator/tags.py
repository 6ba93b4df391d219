"""The rules for tags that services share.

https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
"""

import re
from collections.abc import Iterable, Mapping

from .errors import ServiceError, out_of_constraint

PER_RESOURCE = 50
KEY_CHARACTERS, VALUE_CHARACTERS = 128, 256
ALLOWED = re.compile(r"[\w\s+\-=._:/@]*")


def check(new: Mapping[str, str], *, duplicates: bool, invalid: str) -> None:
    """Check new tags.

    Args:
        new: values by key.
        duplicates: whether a key was given twice.
        invalid: the service's error code for tags that it does not accept.

    Raises:
        ServiceError: a tag is too long, reserved, has characters that are not allowed, or is given twice.
    """
    for name, value in new.items():
        if not 1 <= len(name) <= KEY_CHARACTERS:
            limit = f"Member must have length between 1 and {KEY_CHARACTERS}"
            raise out_of_constraint("tags.1.member.tagKey", name, limit)
        if len(value) > VALUE_CHARACTERS:
            limit = f"Member must have length less than or equal to {VALUE_CHARACTERS}"
            raise out_of_constraint("tags.1.member.tagValue", value, limit)
        if name.lower().startswith("aws:"):
            raise ServiceError(invalid, "Tags beginning with aws: are reserved")
        if not ALLOWED.fullmatch(name + value):
            text = "letters, numbers, spaces and + - = . _ : / @"
            raise ServiceError(invalid, f"The tag {name!r} has other characters than {text}")
    if duplicates:
        raise ServiceError(invalid, "Duplicate tag keys")


def are_too_many(new: Iterable[str], present: Iterable[str]) -> bool:
    """Whether a resource would have more tags than allowed."""
    return len({*new, *present}) > PER_RESOURCE
