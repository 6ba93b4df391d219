"""Application Auto Scaling resource types, as in pulumi-aws 7.51.1.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
"""

from local.provider.appautoscaling.policy import ScalingPolicy
from local.provider.appautoscaling.target import ScalableTarget
from local.provider.rules import arn, length, one_of
from local.provider.schema import (
    REGION,
    TAGS,
    AutoName,
    ResourceType,
    boolean,
    integer,
    list_of,
    number,
    object_of,
    set_of,
    string,
)

POLICY_TYPES = ("StepScaling", "TargetTrackingScaling", "PredictiveScaling")

SUSPENDED_STATE = object_of(
    {
        "dynamicScalingInSuspended": boolean(default=False),
        "dynamicScalingOutSuspended": boolean(default=False),
        "scheduledScalingSuspended": boolean(default=False),
    },
    computed=True,
)

TARGET_TRACKING = object_of(
    {
        "customizedMetricSpecification": object_of({}, supported=False),
        "disableScaleIn": boolean(default=False),
        "predefinedMetricSpecification": object_of(
            {
                "predefinedMetricType": string(required=True),
                "resourceLabel": string(rule=length(0, 1023)),
            }
        ),
        "scaleInCooldown": integer(),
        "scaleOutCooldown": integer(),
        "targetValue": number(required=True),
    }
)

STEP_SCALING = object_of(
    {
        "adjustmentType": string(),
        "cooldown": integer(),
        "metricAggregationType": string(),
        "minAdjustmentMagnitude": integer(),
        "stepAdjustments": set_of(
            object_of(
                {
                    "metricIntervalLowerBound": string(),
                    "metricIntervalUpperBound": string(),
                    "scalingAdjustment": integer(required=True),
                }
            )
        ),
    },
    supported=False,
)

TARGET = ResourceType(
    type="aws:appautoscaling/target:Target",
    noun="Application AutoScaling Target",
    properties={
        "arn": string(output=True),
        "maxCapacity": integer(required=True),
        "minCapacity": integer(required=True),
        "region": REGION,
        "resourceId": string(required=True, replaces=True),
        "roleArn": string(computed=True, replaces=True, rule=arn),
        "scalableDimension": string(required=True, replaces=True),
        "serviceNamespace": string(required=True, replaces=True),
        "suspendedState": SUSPENDED_STATE,
        **TAGS,
    },
    lifecycle=ScalableTarget(),
)

POLICY = ResourceType(
    type="aws:appautoscaling/policy:Policy",
    noun="Application AutoScaling Scaling Policy",
    properties={
        "alarmArns": list_of(string(), output=True),
        "arn": string(output=True),
        "name": string(computed=True, replaces=True, rule=length(0, 255)),
        "policyType": string(default="StepScaling", rule=one_of(POLICY_TYPES)),
        "predictiveScalingPolicyConfiguration": object_of({}, supported=False),
        "region": REGION,
        "resourceId": string(required=True, replaces=True),
        "scalableDimension": string(required=True, replaces=True),
        "serviceNamespace": string(required=True, replaces=True),
        "stepScalingPolicyConfiguration": STEP_SCALING,
        "targetTrackingScalingPolicyConfiguration": TARGET_TRACKING,
    },
    lifecycle=ScalingPolicy(),
    auto_name=AutoName(),
)

TYPES = (TARGET, POLICY)
