"""The event history: the calls that chose the key of a table, and the last use of each key.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .. import clock
from .. import ministack_adapter as ms

KEPT_SECONDS = 90 * 24 * 60 * 60
ATTRIBUTES = {"EventId": "eventID", "EventName": "eventName"}
_history: dict[str, dict[str, Any]] = {}


@dataclass(frozen=True)
class CalledApi:
    """A call that succeeded, in the account and Region of the resource that it was about."""

    account: str
    region: str
    source: str
    """The service, such as `kms.amazonaws.com`."""
    name: str
    caller: str
    """An ARN, or the name of an AWS service."""
    request: Mapping[str, Any]
    response: Mapping[str, Any] = field(default_factory=dict)


def record(call: CalledApi, slot: str | None = None) -> str:
    """Add a call to the history; the id of its event.

    Args:
        call: the call.
        slot: the event replaces the earlier one in this slot; none is replaced when left out.
    """
    now, event_id = clock.now(), str(uuid.uuid4())
    time = datetime.fromtimestamp(now, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    is_service = call.caller.endswith(".amazonaws.com")
    event = {
        "eventID": event_id,
        "eventTime": time,
        "eventSource": call.source,
        "eventName": call.name,
        "awsRegion": call.region,
        "recipientAccountId": call.account,
        "userIdentity": {"invokedBy": call.caller} if is_service else {"arn": call.caller},
        "requestParameters": _as_logged(call.request),
        "responseElements": _as_logged(call.response),
    }
    _history.pop(slot or event_id, None)
    _history[slot or event_id] = {"at": now, "event": event}
    return event_id


def found(attribute: str, value: str) -> list[dict[str, Any]]:
    """The events of this account and Region with this value of an attribute, newest first."""
    since, place = clock.now() - KEPT_SECONDS, (ms.account_id(), ms.region())
    return [
        _shown(one)
        for one in reversed(_history.values())
        if one["at"] >= since
        and one["event"][ATTRIBUTES[attribute]] == value
        and (one["event"]["recipientAccountId"], one["event"]["awsRegion"]) == place
    ]


def _shown(entry: Mapping[str, Any]) -> dict[str, Any]:
    event = entry["event"]
    return {
        "EventId": event["eventID"],
        "EventName": event["eventName"],
        "EventSource": event["eventSource"],
        "EventTime": entry["at"],
        "CloudTrailEvent": json.dumps(event),
    }


def _as_logged(value: Any) -> Any:  # noqa: ANN401  # whatever JSON can hold
    """CloudTrail logs `TableName` as `tableName` and `SSESpecification` as `sSESpecification`."""
    if isinstance(value, Mapping):
        return {_name_as_logged(name): _as_logged(one) for name, one in value.items()}
    return value


def _name_as_logged(name: str) -> str:
    return name if ":" in name else name[:1].lower() + name[1:]


class EventHistory:
    """The event history as state to keep."""

    def get_state(self) -> Mapping[str, Any]:
        """All events by slot."""
        return _history

    def load_persisted_state(self, data: Mapping[str, Any]) -> None:
        """Take over what `get_state` once gave."""
        _history.update(data)
