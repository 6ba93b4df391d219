# ruff: noqa: ARG002  # a lifecycle's methods have the same parameters for every type
"""`aws.cloudwatch.EventRule`: which events of a bus go to the rule's targets."""

import json
import secrets
from typing import Any

from botocore.exceptions import ClientError

from local.provider import tags
from local.provider.call import Call
from local.provider.errors import is_code
from local.provider.schema import Created, Lifecycle
from local.provider.values import Properties, Value

DEFAULT_BUS = "default"
ENABLED = "ENABLED"


class EventRule(Lifecycle):
    """A rule; its id is its name, after the name of the bus if that is not the default one."""

    def create(self, call: Call, inputs: Properties) -> Created:
        """PutRule."""
        name = inputs.get("name") or f"{inputs['namePrefix']}{secrets.token_hex(13)}"
        answer = call.client("events").put_rule(**_wanted(name, inputs))
        bus = inputs.get("eventBusName", DEFAULT_BUS)
        return Created(
            name if bus == DEFAULT_BUS else f"{bus}/{name}", {"arn": answer["RuleArn"], "name": name}
        )

    def read(self, call: Call, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """DescribeRule and ListTagsForResource; the pattern as in the program if it is equivalent."""
        bus, _, name = resource_id.rpartition("/")
        try:
            rule = call.client("events").describe_rule(Name=name, EventBusName=bus or DEFAULT_BUS)
        except ClientError as error:
            if is_code(error, "ResourceNotFoundException"):
                return None
            raise
        labels = call.client("events").list_tags_for_resource(ResourceARN=rule["Arn"])["Tags"]
        pattern, wanted = rule.get("EventPattern"), known.get("eventPattern")
        return {
            "arn": rule["Arn"],
            "description": rule.get("Description"),
            "eventBusName": rule["EventBusName"],
            "eventPattern": wanted if same_json(pattern, wanted) else pattern,
            "isEnabled": rule["State"] != "DISABLED",
            "name": rule["Name"],
            "namePrefix": known.get("namePrefix", ""),
            "roleArn": rule.get("RoleArn"),
            "state": rule["State"],
            **tags.from_list(labels),
        }

    def update(
        self, call: Call, resource_id: str, old: Properties, new: Properties, changed: set[str]
    ) -> None:
        """Tags, then PutRule again."""
        events, name = call.client("events"), resource_id.rpartition("/")[2]
        if "tags" in changed:
            change = tags.change(old, new)
            if change.remove:
                events.untag_resource(ResourceARN=old["arn"], TagKeys=change.remove)
            if change.set:
                events.tag_resource(ResourceARN=old["arn"], Tags=tags.to_list(change.set))
        if changed - {"tags"}:
            events.put_rule(**_wanted(name, new))

    def delete(self, call: Call, resource_id: str, known: Properties) -> None:
        """DeleteRule, which succeeds if the rule no longer exists."""
        bus, _, name = resource_id.rpartition("/")
        call.client("events").delete_rule(Name=name, EventBusName=bus or DEFAULT_BUS)


def same_json(old: Value, new: Value) -> bool:
    """Whether two texts are the same JSON document, or equal."""
    if old == new:
        return True
    try:
        return bool(json.loads(old) == json.loads(new))
    except (TypeError, ValueError):
        return False


def _wanted(name: str, inputs: Properties) -> dict[str, Any]:
    """The request. Like the official plugin, it leaves out the state ENABLED, which is the default."""
    state = inputs.get("state", ENABLED)
    request = {
        "Name": name,
        "Description": inputs.get("description"),
        "EventBusName": inputs.get("eventBusName", DEFAULT_BUS),
        "EventPattern": inputs.get("eventPattern"),
        "RoleArn": inputs.get("roleArn"),
        "State": None if state == ENABLED else state,
        "Tags": tags.to_list(inputs.get("tags")) or None,
    }
    return {field: value for field, value in request.items() if value is not None}
