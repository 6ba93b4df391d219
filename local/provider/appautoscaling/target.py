# ruff: noqa: ARG002  # lifecycle methods have the same parameters for every type
"""`aws.appautoscaling.Target`: a scalable capacity and its limits."""

from typing import Any

from botocore.exceptions import ClientError

from local.provider import tags
from local.provider.call import Call
from local.provider.errors import ProviderError, is_code
from local.provider.schema import Created, Lifecycle
from local.provider.values import Properties

SERVICE = "application-autoscaling"
SUSPENDED = {
    "dynamicScalingInSuspended": "DynamicScalingInSuspended",
    "dynamicScalingOutSuspended": "DynamicScalingOutSuspended",
    "scheduledScalingSuspended": "ScheduledScalingSuspended",
}


class ScalableTarget(Lifecycle):
    """A scalable target; its id is the id of the scaled resource."""

    def create(self, call: Call, inputs: Properties) -> Created:
        """RegisterScalableTarget."""
        answer = self._register(call, inputs, with_tags=True)
        outputs = {"arn": answer["ScalableTargetARN"]} if answer.get("ScalableTargetARN") else {}
        return Created(inputs["resourceId"], outputs)

    def identify(self, import_id: str) -> tuple[str, Properties]:
        """`<namespace>/<resource id>/<dimension>`."""
        place = place_in(import_id, "<namespace>/<resource id>/<dimension>")
        return place["resourceId"], place

    def read(self, call: Call, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """DescribeScalableTargets."""
        place = place_of(known)
        found = call.client(SERVICE).describe_scalable_targets(
            ServiceNamespace=place["ServiceNamespace"],
            ResourceIds=[place["ResourceId"]],
            ScalableDimension=place["ScalableDimension"],
        )["ScalableTargets"]
        if not found:
            return None
        target = found[0]
        suspended = target.get("SuspendedState") or {}
        return {
            "arn": target.get("ScalableTargetARN", known.get("arn")),
            "maxCapacity": target["MaxCapacity"],
            "minCapacity": target["MinCapacity"],
            "resourceId": target["ResourceId"],
            "roleArn": target.get("RoleARN"),
            "scalableDimension": target["ScalableDimension"],
            "serviceNamespace": target["ServiceNamespace"],
            "suspendedState": {ours: suspended.get(theirs, False) for ours, theirs in SUSPENDED.items()},
            **self._read_tags(call, target),
        }

    def update(
        self, call: Call, resource_id: str, old: Properties, new: Properties, changed: set[str]
    ) -> None:
        """Tags, then RegisterScalableTarget with the new inputs, and the role and the suspended state as they
        are, like the official plugin.
        """
        if "tags" in changed:
            client, change = call.client(SERVICE), tags.change(old, new)
            if change.remove:
                client.untag_resource(ResourceARN=old["arn"], TagKeys=change.remove)
            if change.set:
                client.tag_resource(ResourceARN=old["arn"], Tags=change.set)
        if changed - {"tags"}:
            present = {name: old[name] for name in ("roleArn", "suspendedState") if old.get(name)}
            self._register(call, {**present, **new}, with_tags=False)

    def delete(self, call: Call, resource_id: str, known: Properties) -> None:
        """DeregisterScalableTarget."""
        try:
            call.client(SERVICE).deregister_scalable_target(**place_of(known))
        except ClientError as error:
            if not is_code(error, "ObjectNotFoundException"):
                raise

    def _register(self, call: Call, inputs: Properties, *, with_tags: bool) -> dict[str, Any]:
        request = {
            **place_of(inputs),
            "MinCapacity": inputs["minCapacity"],
            "MaxCapacity": inputs["maxCapacity"],
        }
        if inputs.get("roleArn"):
            request["RoleARN"] = inputs["roleArn"]
        if state := inputs.get("suspendedState"):
            request["SuspendedState"] = {SUSPENDED[name]: value for name, value in state.items()}
        if with_tags and inputs.get("tags"):
            request["Tags"] = inputs["tags"]
        answer: dict[str, Any] = call.client(SERVICE).register_scalable_target(**request)
        return answer

    def _read_tags(self, call: Call, target: Properties) -> dict[str, Any]:
        arn = target.get("ScalableTargetARN")
        if not arn:
            return {}
        found = call.client(SERVICE).list_tags_for_resource(ResourceARN=arn).get("Tags") or {}
        return tags.from_list(tags.to_list(found))


def place_of(known: Properties) -> dict[str, str]:
    """The target, as parameters of AWS's requests."""
    return {
        "ServiceNamespace": known["serviceNamespace"],
        "ResourceId": known["resourceId"],
        "ScalableDimension": known["scalableDimension"],
    }


def place_in(import_id: str, form: str) -> dict[str, str]:
    """The target in an import id `<namespace>/<resource id>/<dimension>`.

    Raises:
        ProviderError: it does not have this form; the message shows `form`.
    """
    namespace, _, rest = import_id.partition("/")
    resource, _, dimension = rest.rpartition("/")
    if not (namespace and resource and dimension):
        raise ProviderError(f"expected an import id `{form}`, got {import_id!r}")
    return {"serviceNamespace": namespace, "resourceId": resource, "scalableDimension": dimension}
