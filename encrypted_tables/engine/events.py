"""The engine's own events: what it wrote while it previewed or updated.

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
    """What a policy reported of one resource, or of the stack: then `urn` is empty."""

    policy: str
    level: str
    urn: str
    message: str

    @property
    def is_mandatory(self) -> bool:
        """Whether it stops an update."""
        return self.level == "mandatory"


def violations(events: Iterable[Event]) -> list[Violation]:
    """Everything that policies reported, advisory or mandatory."""
    reports = (event["policyEvent"] for event in events if "policyEvent" in event)
    return [
        Violation(one["policyName"], one["enforcementLevel"], one.get("resourceUrn", ""), one["message"])
        for one in reports
    ]


def read_events(log: Path) -> list[Event]:
    """The events in a log; a last line that a kill cut short is left out."""
    if not log.exists():
        return []
    events = []
    for line in log.read_text(encoding="utf-8").splitlines():
        try:
            events.append(json.loads(line))
        except ValueError:
            break
    return events
