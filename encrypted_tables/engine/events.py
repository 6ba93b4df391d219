"""The engine's events: what it writes during a preview or an update.

https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/go/common/apitype/events.go
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Event = Mapping[str, Any]


@dataclass(frozen=True)
class Violation:
    """A policy violation of a resource, or of the stack (`urn` is then empty)."""

    policy: str
    level: str
    urn: str
    message: str

    @property
    def is_mandatory(self) -> bool:
        """Whether the violation stops an update."""
        return self.level == "mandatory"


def violations(events: Iterable[Event]) -> list[Violation]:
    """All violations, advisory and mandatory."""
    reports = (event["policyEvent"] for event in events if "policyEvent" in event)
    return [
        Violation(one["policyName"], one["enforcementLevel"], one.get("resourceUrn", ""), one["message"])
        for one in reports
    ]


def read_events(log: Path) -> list[Event]:
    """Read the events of a log; an incomplete last line, left by a killed engine, is dropped."""
    if not log.exists():
        return []
    events = []
    for line in log.read_text(encoding="utf-8").splitlines():
        try:
            events.append(json.loads(line))
        except ValueError:
            break
    return events
