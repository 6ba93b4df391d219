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


def test_a_target_and_its_policy_are_created_changed_and_removed(aws: LocalAws) -> None:
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


def test_scaling_needs_permission(aws: LocalAws) -> None:
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


def test_a_policy_must_have_the_metric_of_its_dimension(aws: LocalAws) -> None:
    scaling = aws.client("application-autoscaling")
    target = {**TARGET, "ResourceId": f"table/{make_table(aws)}"}
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=10)

    error = error_of(
        scaling.put_scaling_policy,
        **target,
        PolicyName="writes",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 70.0,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBWriteCapacityUtilization"},
        },
    )

    assert error.code == "ValidationException"
    assert "expected DynamoDBReadCapacityUtilization" in error.message


def test_a_replica_needs_on_demand_or_autoscaled_writes(aws: LocalAws) -> None:
    dynamodb, scaling = aws.client("dynamodb"), aws.client("application-autoscaling")
    capacity = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    table = make_table(aws, BillingMode="PROVISIONED", ProvisionedThroughput=capacity)
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    dynamodb.update_table(TableName=table, StreamSpecification=stream)
    replica = {"TableName": table, "ReplicaUpdates": [{"Create": {"RegionName": "eu-west-1"}}]}

    error = error_of(dynamodb.update_table, **replica)
    writes = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": f"table/{table}",
        "ScalableDimension": "dynamodb:table:WriteCapacityUnits",
    }
    scaling.register_scalable_target(**writes, MinCapacity=1, MaxCapacity=10)
    scaling.put_scaling_policy(
        **writes,
        PolicyName="writes",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 70.0,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBWriteCapacityUtilization"},
        },
    )
    made = dynamodb.update_table(**replica)["TableDescription"]["Replicas"]

    assert error.message == "Table write capacity should either be Pay-Per-Request or AutoScaled."
    assert [one["RegionName"] for one in made] == ["eu-west-1"]
