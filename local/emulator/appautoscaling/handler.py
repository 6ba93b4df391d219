"""Application Auto Scaling for DynamoDB: stores and returns targets and policies; scales nothing.

https://docs.aws.amazon.com/autoscaling/application/APIReference/
"""

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from .. import clock
from .. import ministack_adapter as ms
from ..arns import TableName
from ..errors import ServiceError, out_of_constraint
from ..ministack_adapter import Response

TARGET_PREFIX = "AnyScaleFrontendService"
NAMESPACE = "dynamodb"
DIMENSIONS = {
    "dynamodb:table:ReadCapacityUnits",
    "dynamodb:table:WriteCapacityUnits",
    "dynamodb:index:ReadCapacityUnits",
    "dynamodb:index:WriteCapacityUnits",
}
Request = dict[str, Any]
Key = str


class ApplicationAutoScaling:
    """Answers the calls of the Application Auto Scaling API."""

    def __init__(self) -> None:
        self._targets: dict[Key, dict[str, Any]] = {}
        self._policies: dict[Key, dict[str, Any]] = {}
        self._operations: Mapping[str, Callable[[Request], dict[str, Any]]] = {
            "RegisterScalableTarget": self._register,
            "DescribeScalableTargets": self._describe_targets,
            "DeregisterScalableTarget": self._deregister,
            "PutScalingPolicy": self._put_policy,
            "DescribeScalingPolicies": self._describe_policies,
            "DeleteScalingPolicy": self._delete_policy,
            "ListTagsForResource": self._list_tags,
            "TagResource": self._tag,
            "UntagResource": self._untag,
        }

    def get_state(self) -> Mapping[str, Any]:
        """All targets and policies."""
        return {"targets": self._targets, "policies": self._policies}

    def load_persisted_state(self, data: Mapping[str, Any]) -> None:
        """Restore the result of an earlier `get_state`."""
        self._targets.update(data["targets"])
        self._policies.update(data["policies"])

    async def __call__(
        self, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Response:
        """Answer one call; the signature and the permission were checked before."""
        del method, path, query
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        answer = self._operations.get(operation)
        if answer is None:
            return ms.error("UnknownOperationException", f"the local AWS does not know {operation}")
        try:
            return ms.answer(answer(json.loads(body or b"{}")))
        except ServiceError as error:
            return error.response

    def _register(self, request: Request) -> dict[str, Any]:
        key = _key(request)
        _check_target(request)
        known = self._targets.get(key)
        if known is None and not {"MinCapacity", "MaxCapacity"} <= request.keys():
            raise ServiceError(
                "ValidationException", "MinCapacity and MaxCapacity are required for a new target"
            )
        tags = request.pop("Tags", None)
        target = known or {
            "CreationTime": clock.now(),
            "ScalableTargetARN": _arn(f"scalable-target/{uuid.uuid4().hex[:31]}"),
            "RoleARN": _service_role(),
            "SuspendedState": {
                "DynamicScalingInSuspended": False,
                "DynamicScalingOutSuspended": False,
                "ScheduledScalingSuspended": False,
            },
            "_tags": tags or {},
        }
        target.update({name: value for name, value in request.items() if name != "RoleARN"})
        if target["MinCapacity"] > target["MaxCapacity"]:
            raise ServiceError("ValidationException", "Maximum capacity cannot be less than minimum capacity")
        self._targets[key] = target
        return {"ScalableTargetARN": target["ScalableTargetARN"]}

    def _describe_targets(self, request: Request) -> dict[str, Any]:
        ids = request.get("ResourceIds")
        found = [
            target
            for key, target in self._targets.items()
            if key.startswith(_place()) and (ids is None or target["ResourceId"] in ids)
        ]
        return {"ScalableTargets": [_public(target) for target in _of_dimension(found, request)]}

    def _deregister(self, request: Request) -> dict[str, Any]:
        key = _key(request)
        if self._targets.pop(key, None) is None:
            raise _no_target(request)
        for name in [name for name in self._policies if name.startswith(f"{key}|")]:
            del self._policies[name]
        return {}

    def _put_policy(self, request: Request) -> dict[str, Any]:
        key = _key(request)
        if key not in self._targets:
            raise _no_target(request)
        name = f"{key}|{request['PolicyName']}"
        _check_metric(request)
        others = (policy for other, policy in self._policies.items() if other != name)
        if any(_key(policy) == key and _metric(policy) == _metric(request) for policy in others):
            raise ServiceError(
                "ValidationException",
                "Only one TargetTrackingScaling policy for a given metric specification is allowed.",
            )
        identifier = uuid.uuid4()
        resource = f"resource/dynamodb/{request['ResourceId']}:policyName/{request['PolicyName']}"
        known = self._policies.get(name) or {
            "CreationTime": clock.now(),
            "PolicyARN": _arn(f"{identifier}:{resource}", service="autoscaling", prefix="scalingPolicy:"),
            "Alarms": [],
        }
        self._policies[name] = {**known, **request}
        return {"PolicyARN": known["PolicyARN"], "Alarms": []}

    def scales_writes(self, table: TableName) -> bool:
        """Whether the writes of a table are scaled by a policy."""
        place = f"{table.account}|{table.region}|"
        return any(
            policy["ResourceId"] == f"table/{table.name}" and "table:Write" in policy["ScalableDimension"]
            for key, policy in self._policies.items()
            if key.startswith(place)
        )

    def _describe_policies(self, request: Request) -> dict[str, Any]:
        names, resource = request.get("PolicyNames"), request.get("ResourceId")
        found = [
            policy
            for key, policy in self._policies.items()
            if key.startswith(_place())
            and (not names or policy["PolicyName"] in names)
            and (not resource or policy["ResourceId"] == resource)
        ]
        return {"ScalingPolicies": _of_dimension(found, request)}

    def _delete_policy(self, request: Request) -> dict[str, Any]:
        if self._policies.pop(f"{_key(request)}|{request['PolicyName']}", None) is None:
            raise ServiceError(
                "ObjectNotFoundException", f"No scaling policy found for {request['ResourceId']}"
            )
        return {}

    def _target_with_arn(self, arn: str) -> dict[str, Any]:
        for target in self._targets.values():
            if target["ScalableTargetARN"] == arn:
                return target
        raise ServiceError("ResourceNotFoundException", f"The resource {arn} does not exist")

    def _list_tags(self, request: Request) -> dict[str, Any]:
        return {"Tags": self._target_with_arn(request["ResourceARN"])["_tags"]}

    def _tag(self, request: Request) -> dict[str, Any]:
        self._target_with_arn(request["ResourceARN"])["_tags"].update(request["Tags"])
        return {}

    def _untag(self, request: Request) -> dict[str, Any]:
        tags = self._target_with_arn(request["ResourceARN"])["_tags"]
        for key in request["TagKeys"]:
            tags.pop(key, None)
        return {}


def _place() -> str:
    return f"{ms.account_id()}|{ms.region()}|"


def _key(request: Request) -> Key:
    return f"{_place()}{request.get('ResourceId')}|{request.get('ScalableDimension')}"


def _check_metric(request: Request) -> None:
    tracking = request.get("TargetTrackingScalingPolicyConfiguration") or {}
    given = (tracking.get("PredefinedMetricSpecification") or {}).get("PredefinedMetricType")
    dimension = request["ScalableDimension"]
    scaled = f"DynamoDB{dimension.rpartition(':')[2].removesuffix('Units')}Utilization"
    if given not in (None, scaled):
        text = f"The metric type {given} is not valid for the dimension {dimension}: expected {scaled}"
        raise ServiceError("ValidationException", text)


def _metric(policy: Mapping[str, Any]) -> object:
    tracking = policy.get("TargetTrackingScalingPolicyConfiguration") or {}
    return tracking.get("PredefinedMetricSpecification") or tracking.get("CustomizedMetricSpecification")


def _check_target(request: Request) -> None:
    if request.get("ServiceNamespace") != NAMESPACE:
        namespace = request.get("ServiceNamespace")
        raise out_of_constraint("serviceNamespace", namespace, f"the local AWS scales only {NAMESPACE}")
    dimension = request.get("ScalableDimension")
    if dimension not in DIMENSIONS:
        allowed = ", ".join(sorted(DIMENSIONS))
        raise out_of_constraint(
            "scalableDimension", dimension, f"Member must satisfy enum value set: [{allowed}]"
        )
    table = TableName.of(str(request.get("ResourceId", "")).removeprefix("table/").partition("/")[0])
    if table.record is None:
        raise ServiceError(
            "ValidationException", f"DynamoDB table does not exist: {request.get('ResourceId')}"
        )


def _of_dimension(found: list[dict[str, Any]], request: Request) -> list[dict[str, Any]]:
    dimension = request.get("ScalableDimension")
    return [one for one in found if not dimension or one["ScalableDimension"] == dimension]


def _public(target: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in target.items() if not name.startswith("_")}


def _no_target(request: Request) -> ServiceError:
    return ServiceError(
        "ObjectNotFoundException",
        f"No scalable target found for service namespace: {request.get('ServiceNamespace')}, resource ID: "
        f"{request.get('ResourceId')}, scalable dimension: {request.get('ScalableDimension')}",
    )


def _arn(resource: str, *, service: str = "application-autoscaling", prefix: str = "") -> str:
    return f"arn:aws:{service}:{ms.region()}:{ms.account_id()}:{prefix}{resource}"


def _service_role() -> str:
    return (
        f"arn:aws:iam::{ms.account_id()}:role/aws-service-role/dynamodb.application-autoscaling.amazonaws.com/"
        "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable"
    )
