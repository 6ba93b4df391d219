"""The event history: calls that change something, and the last use of each key.

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
from ..arns import parse

KEPT_SECONDS = 90 * 24 * 60 * 60
ATTRIBUTES = {"EventId": "eventID", "EventName": "eventName", "EventSource": "eventSource"}
_TYPES = {
    "assumed-role": "AssumedRole",
    "federated-user": "FederatedUser",
    "root": "Root",
    "user": "IAMUser",
}
_history: dict[str, dict[str, Any]] = {}


@dataclass(frozen=True)
class CalledApi:
    """A successful call, in the account and Region of its resource."""

    account: str
    region: str
    source: str
    """The service, such as `kms.amazonaws.com`."""
    name: str
    caller: str
    """An ARN, or the name of an AWS service."""
    request: Mapping[str, Any]
    response: Mapping[str, Any] = field(default_factory=dict)
    key_arn: str | None = None
    """The KMS key of the call."""


def record(call: CalledApi, slot: str | None = None) -> str:
    """Add a call to the history and return the id of its event.

    Args:
        call: the call.
        slot: the event replaces the earlier one in this slot; none is replaced when left out.
    """
    now, event_id = clock.now(), str(uuid.uuid4())
    time = datetime.fromtimestamp(now, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    event = {
        "eventID": event_id,
        "eventTime": time,
        "eventSource": call.source,
        "eventName": call.name,
        "awsRegion": call.region,
        "recipientAccountId": call.account,
        "eventType": "AwsApiCall",
        "userIdentity": _identity(call.caller),
        "requestParameters": _as_logged(call.request),
        "responseElements": _as_logged(call.response),
        **({"resources": _resources(call.key_arn)} if call.key_arn else {}),
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


def _identity(caller: str) -> dict[str, Any]:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html"""
    arn = parse(caller)
    if arn is None:
        return {"type": "AWSService", "invokedBy": caller}
    kind, _, name = arn.resource.partition("/")
    identity = {"type": _TYPES[kind], "arn": caller, "accountId": arn.account}
    if kind != "assumed-role":
        return identity
    role = name.partition("/")[0]
    record = ms.iam_entity(arn.account, "role", role) or {}
    issuer = {"type": "Role", "arn": record.get("Arn"), "accountId": arn.account, "userName": role}
    return {**identity, "sessionContext": {"sessionIssuer": issuer}}


def _resources(key_arn: str) -> list[dict[str, str]]:
    return [{"ARN": key_arn, "accountId": key_arn.split(":")[4], "type": "AWS::KMS::Key"}]


def _as_logged(value: Any) -> Any:  # noqa: ANN401  # whatever JSON can hold
    """CloudTrail logs `TableName` as `tableName` and `SSESpecification` as `sSESpecification`."""
    if isinstance(value, Mapping):
        return {_name_as_logged(name): _as_logged(one) for name, one in value.items()}
    return [_as_logged(one) for one in value] if isinstance(value, list) else value


def _name_as_logged(name: str) -> str:
    return name if ":" in name else name[:1].lower() + name[1:]


class EventHistory:
    """The event history as persistent state."""

    def get_state(self) -> Mapping[str, Any]:
        """All events by slot."""
        return _history

    def load_persisted_state(self, data: Mapping[str, Any]) -> None:
        """Restore the result of an earlier `get_state`."""
        _history.update(data)
