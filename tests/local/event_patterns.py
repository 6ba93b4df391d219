"""CloudTrail's events of the local AWS, as EventBridge gets them, and the rules that they match."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from local.process import LocalAws

Event = dict[str, Any]


def events(aws: LocalAws, attribute: str, value: str, region: str | None = None) -> Iterator[Event]:
    """The events with this value of a lookup attribute, newest first."""
    pages = aws.client("cloudtrail", region=region).get_paginator("lookup_events")
    for page in pages.paginate(LookupAttributes=[{"AttributeKey": attribute, "AttributeValue": value}]):
        yield from (json.loads(event["CloudTrailEvent"]) for event in page["Events"])


def recorded(aws: LocalAws, names: Iterable[str], region: str | None = None) -> list[Event]:
    """The events of all calls with these names."""
    return [event for name in names for event in events(aws, "EventName", name, region)]


def matching(aws: LocalAws, pattern: str, given: Iterable[Event]) -> Iterator[Event]:
    """The events that a rule with this pattern sends to its targets."""
    events_api = aws.client("events")
    for event in given:
        envelope = {
            "version": "0",
            "id": event["eventID"],
            "detail-type": "AWS API Call via CloudTrail",
            "source": f"aws.{event['eventSource'].partition('.')[0]}",
            "account": event["recipientAccountId"],
            "time": event["eventTime"],
            "region": event["awsRegion"],
            "resources": [],
            "detail": event,
        }
        if events_api.test_event_pattern(EventPattern=pattern, Event=json.dumps(envelope))["Result"]:
            yield event
