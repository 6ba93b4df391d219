"""Waivers: who let which resource break a rule, why, and until when."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

SCHEMA: Mapping[str, Any] = {
    "type": "array",
    "default": [],
    "description": "Resources that may break this rule for a while.",
    "items": {
        "type": "object",
        "required": ["owner", "reason", "scope", "expires"],
        "additionalProperties": False,
        "properties": {
            "owner": {"type": "string", "minLength": 1, "description": "Who answers for it."},
            "reason": {"type": "string", "minLength": 1, "description": "Why it may."},
            "scope": {
                "type": "string",
                "pattern": "^urn:pulumi:",
                "description": "The resource's URN, or a pattern in which * stands for any text.",
            },
            "expires": {
                "type": "string",
                "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                "description": "The last day (UTC) on which it counts.",
            },
        },
    },
}


@dataclass(frozen=True)
class Waiver:
    """One waiver of one rule. `expires` is the last day on which it counts; None if it is no date."""

    owner: str
    reason: str
    scope: str
    expires: date | None

    def covers(self, urn: str) -> bool:
        """Whether its scope takes in the resource; `*` stands for any text, nothing else is special."""
        pattern = ".*".join(re.escape(part) for part in self.scope.split("*"))
        return re.fullmatch(pattern, urn, re.DOTALL) is not None

    def counts_on(self, day: date) -> bool:
        """Whether it has not expired on that day. One without a valid date never counts."""
        return self.expires is not None and day <= self.expires

    @property
    def shown(self) -> str:
        """The waiver as a message shows it."""
        return f"waiver of {self.owner} ({self.reason}) for {self.scope}"


def waivers_from(setting: object) -> tuple[Waiver, ...]:
    """The waivers in a policy's settings; what is no waiver is left out, so it waives nothing."""
    if not isinstance(setting, Sequence) or isinstance(setting, str):
        return ()
    return tuple(_waiver(entry) for entry in setting if _is_complete(entry))


def _is_complete(entry: object) -> bool:
    return isinstance(entry, Mapping) and all(
        isinstance(entry.get(name), str) and entry[name] for name in ("owner", "reason", "scope", "expires")
    )


def _waiver(entry: Mapping[str, str]) -> Waiver:
    try:
        expires = date.fromisoformat(entry["expires"])
    except ValueError:
        expires = None
    return Waiver(entry["owner"], entry["reason"], entry["scope"], expires)
