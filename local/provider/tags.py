"""Converts tags between Pulumi's map and AWS's lists."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.provider.values import Properties

AWS_RESERVED = "aws:"


def to_list(tags: Mapping[str, str] | None, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Tags as AWS's list; for KMS, the fields are TagKey and TagValue."""
    return [{key: name, value: text} for name, text in (tags or {}).items()]


def from_list(tags: list[dict[str, str]], key: str = "Key", value: str = "Value") -> dict[str, Any]:
    """The outputs `tags` and `tagsAll` from AWS's list, without tags set by AWS."""
    own = {tag[key]: tag[value] for tag in tags if not tag[key].startswith(AWS_RESERVED)}
    return {"tags": own or None, "tagsAll": own}


@dataclass(frozen=True)
class TagChange:
    """A change of tags: tags to set, and keys to remove."""

    set: dict[str, str]
    remove: list[str]


def change(old: Properties, new: Properties) -> TagChange:
    """The change from the old properties' tags to the new ones."""
    before, after = old.get("tags") or {}, new.get("tags") or {}
    return TagChange(
        set={name: text for name, text in after.items() if before.get(name) != text},
        remove=sorted(name for name in before if name not in after),
    )
