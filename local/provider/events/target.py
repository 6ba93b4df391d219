# ruff: noqa: ARG002  # a lifecycle's methods have the same parameters for every type
"""`aws.cloudwatch.EventTarget`: where the events of a rule go."""

import secrets
from typing import Any

from botocore.exceptions import ClientError

from local.provider.call import Call
from local.provider.errors import ProviderError, is_code
from local.provider.events.rule import DEFAULT_BUS
from local.provider.schema import Created, Lifecycle
from local.provider.values import Properties

TEXTS = {"arn": "Arn", "input": "Input", "inputPath": "InputPath", "roleArn": "RoleArn"}


class EventTarget(Lifecycle):
    """A target; its id joins the names of rule and target."""

    def create(self, call: Call, inputs: Properties) -> Created:
        """PutTargets."""
        target = inputs.get("targetId") or f"terraform-{secrets.token_hex(13)}"
        self._put(call, target, inputs)
        bus = inputs.get("eventBusName", DEFAULT_BUS)
        steps = [*([] if bus == DEFAULT_BUS else [bus]), inputs["rule"], target]
        return Created("-".join(steps), {"targetId": target})

    def identify(self, import_id: str) -> tuple[str, Properties]:
        """`<rule>/<target id>`, after `<event bus>/` if that is not the default one."""
        steps = import_id.split("/")
        if len(steps) not in (2, 3) or not all(steps):
            raise ProviderError(f"the id to import is `[<event bus>/]<rule>/<target id>`, got {import_id!r}")
        *bus, rule, target = steps
        known = {"eventBusName": bus[0] if bus else DEFAULT_BUS, "rule": rule, "targetId": target}
        return "-".join(steps), known

    def read(self, call: Call, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """ListTargetsByRule; gone when the rule is."""
        pages = call.client("events").get_paginator("list_targets_by_rule").paginate(**_place(known))
        try:
            targets = [target for page in pages for target in page["Targets"]]
        except ClientError as error:
            if is_code(error, "ResourceNotFoundException"):
                return None
            raise
        found = next((target for target in targets if target["Id"] == known["targetId"]), None)
        if found is None:
            return None
        return {
            "eventBusName": known.get("eventBusName", DEFAULT_BUS),
            "rule": known["rule"],
            "targetId": found["Id"],
            **{ours: found.get(theirs) for ours, theirs in TEXTS.items()},
        }

    def update(
        self, call: Call, resource_id: str, old: Properties, new: Properties, changed: set[str]
    ) -> None:
        """PutTargets again."""
        if changed:
            self._put(call, old["targetId"], new)

    def delete(self, call: Call, resource_id: str, known: Properties) -> None:
        """RemoveTargets."""
        try:
            call.client("events").remove_targets(**_place(known), Ids=[known["targetId"]])
        except ClientError as error:
            if not is_code(error, "ResourceNotFoundException"):
                raise

    def _put(self, call: Call, target: str, inputs: Properties) -> None:
        given = {theirs: inputs[ours] for ours, theirs in TEXTS.items() if inputs.get(ours)}
        answer = call.client("events").put_targets(**_place(inputs), Targets=[{"Id": target, **given}])
        for failed in answer["FailedEntries"]:
            raise ProviderError(f"PutTargets: {failed['ErrorCode']}: {failed['ErrorMessage']}")


def _place(known: Properties) -> dict[str, str]:
    return {"Rule": known["rule"], "EventBusName": known.get("eventBusName", DEFAULT_BUS)}
