"""The requests that change tables, in their order, as CloudTrail records them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from local.process import LocalAws
from tests.local.conformance.in_aws import REGIONS, without_ids
from tests.local.event_patterns import recorded

NAMES = (
    "CreateTable",
    "DeleteResourcePolicy",
    "DeleteTable",
    "PutResourcePolicy",
    "TagResource",
    "UntagResource",
    "UpdateContinuousBackups",
    "UpdateTable",
    "UpdateTimeToLive",
)
NEWER: Sequence[tuple[str, str]] = (("CreateTable", "tableClass"),)
"""Parameters that only version 6 of Terraform's provider sends, even if they are the default."""
Request = tuple[str, Mapping[str, Any]]


def sent(aws: LocalAws) -> Mapping[str, Sequence[Request]]:
    """The names and parameters of all requests, by Region and table. A table's policy is a resource of its
    own: the engine that runs the provider orders its requests among the table's.
    """
    found: dict[str, list[Request]] = {}
    for region in REGIONS:
        events = recorded(aws, NAMES, region)
        for event in sorted(events, key=lambda one: str(one["eventTime"])):
            name, parameters = event["eventName"], event["requestParameters"]
            table = parameters.get("tableName") or parameters.get("resourceArn")
            if event["eventSource"] == "dynamodb.amazonaws.com" and table:
                kind = "policies" if name.endswith("ResourcePolicy") else "tables"
                place = f"/{region}/{kind}/{table.rpartition('/')[2]}"
                found.setdefault(place, []).append((name, without_ids(_compared(name, parameters))))
    return {place: [*_ordered(requests)] for place, requests in found.items()}


def _compared(name: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    return {field: value for field, value in parameters.items() if (name, field) not in NEWER}


def _ordered(requests: Sequence[Request]) -> Iterator[Request]:
    """Without what only version 6 sends, and with indexes and replicas sorted: each is created or deleted by
    a request of its own, in any order.
    """
    is_replica = all(name != "CreateTable" for name, _ in requests)
    older = (request for request in requests if not (is_replica and _protects(request)))
    for action, group in groupby(older, _action_on_a_part):
        together = list(group)
        yield from sorted(together, key=_sorted_parameters) if action else together


def _action_on_a_part(request: Request) -> tuple[str, str] | None:
    """What a request does to an index or a replica, if it creates or deletes one."""
    for part in ("globalSecondaryIndexUpdates", "replicaUpdates"):
        updates = request[1].get(part) or [{}]
        for action in ("create", "delete"):
            if action in updates[0]:
                return part, action
    return None


def _sorted_parameters(request: Request) -> str:
    return json.dumps(request[1], sort_keys=True)


def _protects(request: Request) -> bool:
    return request[0] == "UpdateTable" and request[1].keys() == {"tableName", "deletionProtectionEnabled"}
