"""The requests that change something, in their order, as CloudTrail records them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from local.process import LocalAws
from tests.local.conformance.in_aws import REGIONS, without_ids
from tests.local.event_patterns import events

NAMES: Mapping[str, Sequence[str]] = {
    "application-autoscaling": ("resourceId", "scalableDimension"),
    "dynamodb": ("tableName", "resourceArn", "targetTableName"),
    "events": ("name", "rule", "resourceARN"),
    "iam": ("userName", "roleName", "policyName", "policyArn"),
    "kms": ("aliasName",),
    "sns": ("name", "topicArn", "resourceArn"),
}
"""The parameters that name a resource, by service. Keys have no names."""
USES = ("Decrypt", "Encrypt", "GenerateDataKey", "ReEncrypt")
"""Prefixes of calls that use a key."""
PARTS = ("AccessKey", "LoginProfile", "Policy", "Targets")
"""What is a resource of its own: the engine orders its requests among those of the resource it belongs to."""
NEWER: Sequence[tuple[str, str]] = (("CreateTable", "tableClass"),)
"""Parameters that only version 6 of Terraform's provider sends, even if they are the default."""
Event = Mapping[str, Any]
Request = tuple[str, Mapping[str, Any]]


def sent(aws: LocalAws) -> Mapping[str, Sequence[Request]]:
    """The names and parameters of all requests, by resource."""
    found: dict[str, list[Request]] = {}
    keys: dict[tuple[str, str], list[Request]] = {}
    for event in sorted(_recorded(aws), key=lambda event: str(event["eventTime"])):
        if place := _named(event):
            found.setdefault(place, []).append(_request(event))
        elif not event["eventName"].startswith(USES):
            keys.setdefault(_key(event), []).append(_request(event))
    by_place = {place: [*_ordered(requests)] for place, requests in found.items()}
    return {**by_place, **dict(_described(keys))}


def _recorded(aws: LocalAws) -> Iterator[Event]:
    for region in REGIONS:
        for service in NAMES:
            yield from events(aws, "EventSource", f"{service}.amazonaws.com", region)


def _named(event: Event) -> str | None:
    """The place of a resource with a name."""
    service, parameters = event["eventSource"].partition(".")[0], event["requestParameters"]
    values = [str(parameters[name]) for name in NAMES[service] if name in parameters]
    if not values:
        return None
    names = [
        value.replace("/", ":").split(":")[-1] if value.startswith("arn:") else value for value in values
    ]
    part = [one for one in PARTS if event["eventName"].endswith(one)]
    return "/".join(["", event["awsRegion"], service, *names, *part])


def _key(event: Event) -> tuple[str, str]:
    """The Region and the id of the key that a request creates, changes or deletes."""
    parameters = event["requestParameters"]
    if event["eventName"] == "CreateKey":
        return event["awsRegion"], event["responseElements"]["keyMetadata"]["keyId"]
    return parameters.get("replicaRegion", event["awsRegion"]), parameters["keyId"].rpartition("/")[2]


def _described(keys: Mapping[tuple[str, str], Sequence[Request]]) -> Iterator[tuple[str, Sequence[Request]]]:
    """The requests for each key, by its Region and first description; several keys may have the same."""
    places: dict[str, list[Sequence[Request]]] = {}
    for (region, _), requests in keys.items():
        places.setdefault(f"/{region}/kms/{requests[0][1].get('description')}", []).append(requests)
    for place, histories in places.items():
        for number, requests in enumerate(sorted(histories, key=_text), 1):
            grants = [request for request in requests if request[0].endswith("Grant")]
            yield f"{place}/{number}", [request for request in requests if request not in grants]
            yield f"{place}/{number}/grants", sorted(grants, key=_text)


def _request(event: Event) -> Request:
    name, parameters = event["eventName"], event["requestParameters"]
    compared = {field: value for field, value in parameters.items() if (name, field) not in NEWER}
    return name, without_ids(compared)


def _ordered(requests: Sequence[Request]) -> Iterator[Request]:
    """Without what only version 6 sends. Indexes and replicas, each created or deleted by a request of its
    own, and attributes of a topic are sorted: Terraform's provider sends them in any order.
    """
    is_replica = all(name != "CreateTable" for name, _ in requests)
    older = (request for request in requests if not (is_replica and _protects(request)))
    for action, group in groupby(older, _action_on_a_part):
        together = list(group)
        yield from sorted(together, key=_text) if action else together


def _action_on_a_part(request: Request) -> tuple[str, str] | None:
    """What a request does to an attribute, an index or a replica."""
    if request[0] == "SetTopicAttributes":
        return "attribute", "set"
    for part in ("globalSecondaryIndexUpdates", "replicaUpdates"):
        updates = request[1].get(part) or [{}]
        for action in ("create", "delete"):
            if action in updates[0]:
                return part, action
    return None


def _text(requests: Any) -> str:  # noqa: ANN401  # JSON
    return json.dumps(requests, sort_keys=True)


def _protects(request: Request) -> bool:
    return request[0] == "UpdateTable" and request[1].keys() == {"tableName", "deletionProtectionEnabled"}
