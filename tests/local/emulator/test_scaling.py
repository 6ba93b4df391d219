"""Application Auto Scaling of tables."""

from typing import Any

from local.process import LocalAws
from tests.local.emulator.resources import (
    error_of,
    make_table,
    make_user,
)

TARGET: dict[str, Any] = {
    "ServiceNamespace": "dynamodb",
    "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
}


def test_target_and_policy_are_kept_changed_and_removed(aws: LocalAws) -> None:
    scaling = aws.client("application-autoscaling")
    target = {**TARGET, "ResourceId": f"table/{make_table(aws)}"}
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=10)
    scaling.register_scalable_target(**target, MaxCapacity=20)
    configuration = {
        "TargetValue": 70.0,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"},
    }
    scaling.put_scaling_policy(
        **target,
        PolicyName="reads",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=configuration,
    )

    [shown] = scaling.describe_scalable_targets(
        ServiceNamespace="dynamodb", ResourceIds=[target["ResourceId"]]
    )["ScalableTargets"]
    assert (shown["MinCapacity"], shown["MaxCapacity"]) == (1, 20)
    [policy] = scaling.describe_scaling_policies(
        ServiceNamespace="dynamodb", ResourceId=target["ResourceId"]
    )["ScalingPolicies"]
    assert policy["TargetTrackingScalingPolicyConfiguration"] == configuration
    scaling.delete_scaling_policy(**target, PolicyName="reads")
    scaling.deregister_scalable_target(**target)
    assert error_of(scaling.deregister_scalable_target, **target).code == "ObjectNotFoundException"


def test_a_target_needs_its_table(aws: LocalAws) -> None:
    error = error_of(
        aws.client("application-autoscaling").register_scalable_target,
        **{**TARGET, "ResourceId": "table/missing"},
        MinCapacity=1,
        MaxCapacity=2,
    )

    assert error.code == "ValidationException"


def test_scaling_needs_the_right_to_it(aws: LocalAws) -> None:
    nobody = make_user(aws, "arn:aws:iam::aws:policy/IAMReadOnlyAccess")

    error = error_of(
        aws.client("application-autoscaling", nobody.credentials).describe_scalable_targets,
        ServiceNamespace="dynamodb",
    )

    assert error.code == "AccessDeniedException"


def test_a_metric_has_one_target_tracking_policy(aws: LocalAws) -> None:
    scaling = aws.client("application-autoscaling")
    target = {**TARGET, "ResourceId": f"table/{make_table(aws)}"}
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=10)
    policy = {
        **target,
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": {
            "TargetValue": 70.0,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"},
        },
    }
    scaling.put_scaling_policy(**policy, PolicyName="reads")
    scaling.put_scaling_policy(**policy, PolicyName="reads")

    error = error_of(scaling.put_scaling_policy, **policy, PolicyName="reads again")

    assert (error.code, "Only one TargetTrackingScaling policy" in error.message) == (
        "ValidationException",
        True,
    )
