# ruff: noqa: ARG002  # lifecycle methods have the same parameters for every type
"""`aws.appautoscaling.Policy`, for target tracking only."""

from typing import Any

from botocore.exceptions import ClientError

from local.provider.appautoscaling.target import SERVICE, place_in, place_of
from local.provider.call import Call
from local.provider.errors import is_code
from local.provider.schema import Created, Lifecycle
from local.provider.values import Properties

COOLDOWNS = {"scaleInCooldown": "ScaleInCooldown", "scaleOutCooldown": "ScaleOutCooldown"}


class ScalingPolicy(Lifecycle):
    """A scaling policy; its id is its name."""

    def create(self, call: Call, inputs: Properties) -> Created:
        """PutScalingPolicy, retried while a newly registered target is not yet known."""
        answer = self._put(call, inputs["name"], inputs)
        return Created(inputs["name"], {"arn": answer["PolicyARN"]})

    def identify(self, import_id: str) -> tuple[str, Properties]:
        """`<namespace>/<resource id>/<dimension>/<policy name>`."""
        place, name = _split(import_id)
        form = "<namespace>/<resource id>/<dimension>/<policy name>"
        return name, {**place_in(place, form), "name": name}

    def read(self, call: Call, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """DescribeScalingPolicies."""
        place = place_of(known)
        name = known.get("name", resource_id)
        found = call.client(SERVICE).describe_scaling_policies(PolicyNames=[name], **place)["ScalingPolicies"]
        if not found:
            return None
        policy = found[0]
        return {
            "alarmArns": [alarm["AlarmARN"] for alarm in policy.get("Alarms") or []],
            "arn": policy["PolicyARN"],
            "name": policy["PolicyName"],
            "policyType": policy["PolicyType"],
            "targetTrackingScalingPolicyConfiguration": _observed(policy),
        }

    def update(
        self, call: Call, resource_id: str, old: Properties, new: Properties, changed: set[str]
    ) -> None:
        """PutScalingPolicy with the new inputs."""
        if changed:
            self._put(call, new.get("name", old["name"]), new)

    def delete(self, call: Call, resource_id: str, known: Properties) -> None:
        """DeleteScalingPolicy."""
        place = place_of(known)
        try:
            call.client(SERVICE).delete_scaling_policy(PolicyName=known.get("name", resource_id), **place)
        except ClientError as error:
            if not is_code(error, "ObjectNotFoundException"):
                raise

    def _put(self, call: Call, name: str, inputs: Properties) -> dict[str, Any]:
        client = call.client(SERVICE)
        request = {
            **place_of(inputs),
            "PolicyName": name,
            "PolicyType": inputs["policyType"],
            "TargetTrackingScalingPolicyConfiguration": _wanted(inputs),
        }
        answer: dict[str, Any] = call.retry_while(
            lambda error: is_code(error, "ObjectNotFoundException", "FailedResourceAccessException"),
            lambda: client.put_scaling_policy(**request),
            60.0,
        )
        return answer


def _split(import_id: str) -> tuple[str, str]:
    """Split an import id into the target and the policy's name. The dimension is the first part with a
    colon.
    """
    steps = import_id.split("/")
    end = next((index + 1 for index, step in enumerate(steps) if ":" in step), len(steps))
    return "/".join(steps[:end]), "/".join(steps[end:])


def _wanted(inputs: Properties) -> dict[str, Any]:
    """The configuration. Like the official plugin, this sends a cooldown that is not given as 0."""
    given = inputs["targetTrackingScalingPolicyConfiguration"]
    request: dict[str, Any] = {theirs: given.get(ours, 0) for ours, theirs in COOLDOWNS.items()}
    request["TargetValue"] = given["targetValue"]
    request["DisableScaleIn"] = given.get("disableScaleIn", False)
    if metric := given.get("predefinedMetricSpecification"):
        label = {"ResourceLabel": metric["resourceLabel"]} if metric.get("resourceLabel") else {}
        request["PredefinedMetricSpecification"] = {
            "PredefinedMetricType": metric["predefinedMetricType"],
            **label,
        }
    return request


def _observed(policy: Properties) -> dict[str, Any]:
    found = policy.get("TargetTrackingScalingPolicyConfiguration") or {}
    observed: dict[str, Any] = {ours: found.get(theirs, 0) for ours, theirs in COOLDOWNS.items()}
    observed["targetValue"] = found["TargetValue"]
    observed["disableScaleIn"] = found.get("DisableScaleIn", False)
    if metric := found.get("PredefinedMetricSpecification"):
        label = {"resourceLabel": metric["ResourceLabel"]} if metric.get("ResourceLabel") else {}
        observed["predefinedMetricSpecification"] = {
            "predefinedMetricType": metric["PredefinedMetricType"],
            **label,
        }
    return observed
