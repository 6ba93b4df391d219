"""Application Auto Scaling types against the local AWS."""

from collections.abc import Callable
from typing import Any

import pytest

from local.process import LocalAws
from tests.local.provider.protocol import Plugin, Resource

TARGET = "aws:appautoscaling/target:Target"
POLICY = "aws:appautoscaling/policy:Policy"
DIMENSION = "dynamodb:table:ReadCapacityUnits"

Unique = Callable[[str], str]


@pytest.fixture
def place(plugin: Plugin, unique: Unique) -> dict[str, str]:
    """A provisioned table's read capacity."""
    made = plugin.create(
        "aws:dynamodb/table:Table",
        {
            "name": unique("scaled"),
            "hashKey": "id",
            "attributes": [{"name": "id", "type": "S"}],
            "readCapacity": 5,
            "writeCapacity": 5,
        },
    )
    return {
        "resourceId": f"table/{made.id}",
        "scalableDimension": DIMENSION,
        "serviceNamespace": "dynamodb",
    }


@pytest.fixture
def target(plugin: Plugin, place: dict[str, str]) -> Resource:
    return plugin.create(TARGET, {**place, "minCapacity": 5, "maxCapacity": 50})


def tracking(percent: float) -> dict[str, Any]:
    return {
        "targetValue": percent,
        "scaleInCooldown": 60,
        "predefinedMetricSpecification": {"predefinedMetricType": "DynamoDBReadCapacityUtilization"},
    }


def test_a_scaling_target_is_registered_changed_imported_and_deregistered(
    plugin: Plugin, aws: LocalAws, place: dict[str, str], target: Resource
) -> None:
    changed = plugin.update(target, {**place, "minCapacity": 1, "maxCapacity": 50})
    [found] = aws.client("application-autoscaling").describe_scalable_targets(
        ServiceNamespace="dynamodb", ResourceIds=[place["resourceId"]]
    )["ScalableTargets"]

    assert (found["MinCapacity"], found["MaxCapacity"]) == (1, 50)
    assert plugin.refresh(changed) == changed
    imported = plugin.import_(TARGET, f"dynamodb/{place['resourceId']}/{DIMENSION}")
    assert imported
    assert imported.id == changed.id
    assert (imported.state["minCapacity"], imported.state["maxCapacity"]) == (1, 50)
    assert list(plugin.diff(changed, {**changed.inputs, "resourceId": "table/x"}).replaces) == ["resourceId"]
    plugin.delete(changed)
    assert plugin.refresh(changed) is None


def test_a_scaling_policy_is_created_changed_and_deleted(
    plugin: Plugin, place: dict[str, str], target: Resource
) -> None:
    declared = {
        **place,
        "resourceId": target.id,
        "name": "reads",
        "policyType": "TargetTrackingScaling",
        "targetTrackingScalingPolicyConfiguration": tracking(70),
    }
    made = plugin.create(POLICY, declared)
    assert plugin.refresh(made) == made
    assert list(plugin.diff(made, declared).diffs) == []

    imported = plugin.import_(POLICY, f"dynamodb/{target.id}/{DIMENSION}/reads")
    assert imported
    assert imported.id == made.id
    assert list(plugin.diff(imported, declared).diffs) == []

    assert plugin.aws
    [found] = plugin.aws.client("application-autoscaling").describe_scaling_policies(
        ServiceNamespace="dynamodb", ResourceId=target.id
    )["ScalingPolicies"]
    in_aws = found["TargetTrackingScalingPolicyConfiguration"]
    assert (in_aws["ScaleInCooldown"], in_aws["ScaleOutCooldown"]) == (60, 0)

    changed = plugin.update(made, {**declared, "targetTrackingScalingPolicyConfiguration": tracking(55.5)})
    assert changed.state["targetTrackingScalingPolicyConfiguration"]["targetValue"] == 55.5
    plugin.delete(changed)
    assert plugin.refresh(changed) is None
