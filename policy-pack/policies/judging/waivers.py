"""Waivers: which resource may violate a rule, by whose decision, why, and until when."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from policies import resource_types

SCHEMA: Mapping[str, Any] = {
    "type": "array",
    "default": [],
    "description": "Resources that may violate this policy until a date.",
    "items": {
        "type": "object",
        "required": ["owner", "reason", "scope", "expires"],
        "additionalProperties": False,
        "properties": {
            "owner": {"type": "string", "minLength": 1, "description": "Who is responsible for it."},
            "reason": {
                "type": "string",
                "minLength": 1,
                "description": "Why the resource may violate the policy.",
            },
            "scope": {
                "type": "string",
                "pattern": "^urn:pulumi:",
                "description": "The resource's URN, or a pattern in which * matches any text. It must name "
                "at least a stack, a project or a resource.",
            },
            "logicalIds": {
                "type": "array",
                "items": {"type": "string"},
                "description": "The resources of a CloudFormation template that it covers. If left out, it "
                "covers the template itself.",
            },
            "expires": {
                "type": "string",
                "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                "description": "The last day (UTC) on which it is valid.",
            },
        },
    },
}
TERM: Mapping[str, Any] = {
    "type": "number",
    "minimum": 1,
    "default": 180,
    "description": "A waiver that ends more than this many days from now is invalid.",
}
REQUIRED = ("owner", "reason", "scope", "expires")
NOBODYS = "\0"
TYPES = [
    NOBODYS,
    *(value for value in vars(resource_types).values() if isinstance(value, str) and ":" in value),
]


@dataclass(frozen=True)
class Waiver:
    """One waiver of one rule.

    `expires` is the last day on which it is valid; None if it is not a date. `logical_ids` are the resources
    of a template that it covers. `term` is the maximum number of days until it ends.
    """

    owner: str
    reason: str
    scope: str
    expires: date | None
    logical_ids: tuple[str, ...] = ()
    term: float = TERM["default"]

    def covers(self, urn: str) -> bool:
        """Whether its scope covers the resource; only `*` is special and matches any text."""
        return _matches(self.scope, urn)

    def has_expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.expires is not None and self.expires < today

    def fault(self, today: date) -> str:
        """Why it is invalid today; empty if it is valid."""
        if self.expires is None:
            return "has no valid expiry date (YYYY-MM-DD), so it is invalid"
        if self.has_expired(today):
            return f"expired after {self.expires.isoformat()}"
        if (self.expires - today).days > self.term:
            return (
                f"ends on {self.expires.isoformat()}, more than {self.term:g} days from now, so it is invalid"
            )
        if is_too_wide(self.scope):
            return "names no stack, project or resource, so it is invalid"
        return ""

    @property
    def shown(self) -> str:
        """The waiver, for messages."""
        of = f", {', '.join(self.logical_ids)}" if self.logical_ids else ""
        return f"waiver of {self.owner} ({self.reason}) for {self.scope}{of}"


def is_too_wide(scope: str) -> bool:
    """Whether a scope covers resources with any name in any stack of any project."""
    return any(_matches(scope, f"urn:pulumi:{NOBODYS}::{NOBODYS}::{kind}::{NOBODYS}") for kind in TYPES)


def waivers_from(setting: object, term: float) -> tuple[Waiver, ...]:
    """The waivers in a policy's settings; an incomplete entry has no effect."""
    if not isinstance(setting, Sequence) or isinstance(setting, str):
        return ()
    return tuple(_waiver(entry, term) for entry in setting if is_complete(entry))


def is_complete(entry: object) -> bool:
    """Whether an entry has all that a waiver needs, as text."""
    return isinstance(entry, Mapping) and all(
        isinstance(entry.get(name), str) and entry[name] for name in REQUIRED
    )


def _waiver(entry: Mapping[str, Any], term: float) -> Waiver:
    try:
        expires = date.fromisoformat(entry["expires"])
    except ValueError:
        expires = None
    stated = entry.get("logicalIds", ())
    logical_ids = (
        tuple(map(str, stated)) if isinstance(stated, Sequence) and not isinstance(stated, str) else ()
    )
    return Waiver(entry["owner"], entry["reason"], entry["scope"], expires, logical_ids, term)


def _matches(scope: str, urn: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in scope.split("*"))
    return re.fullmatch(pattern, urn, re.DOTALL) is not None
