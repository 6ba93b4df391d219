"""Provisioned capacity that follows use.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html

`aws.appautoscaling` is loaded only where capacity follows use: its names in annotations are quoted.
"""

import pulumi
import pulumi_aws as aws

from .index_settings import Autoscaling
from .table_settings import TableSettings

_METRICS = {"Read": "DynamoDBReadCapacityUtilization", "Write": "DynamoDBWriteCapacityUtilization"}


def autoscale(name: str, table: aws.dynamodb.Table, settings: TableSettings, parent: pulumi.Resource) -> None:
    """Let the table's capacity, and that of its global secondary indexes, follow use."""
    if not (settings.read_autoscaling or settings.write_autoscaling):
        return
    table_id = pulumi.Output.concat("table/", table.name)
    scaled = {name: ("table", table_id)} | {
        f"{name}-{index.name}": ("index", pulumi.Output.concat(table_id, "/index/", index.name))
        for index in settings.global_secondary_indexes
    }
    for kind, bounds in (("Read", settings.read_autoscaling), ("Write", settings.write_autoscaling)):
        for prefix, (of, resource_id) in scaled.items():
            if bounds:
                target = aws.appautoscaling.Target(
                    f"{prefix}-{kind.lower()}-capacity",
                    service_namespace="dynamodb",
                    resource_id=resource_id,
                    scalable_dimension=f"dynamodb:{of}:{kind}CapacityUnits",
                    min_capacity=bounds.min_capacity,
                    max_capacity=bounds.max_capacity,
                    region=settings.region,
                    opts=pulumi.ResourceOptions(parent=parent),
                )
                _follow_use(f"{prefix}-{kind.lower()}-utilization", target, kind, bounds, parent)


def _follow_use(
    name: str, target: "aws.appautoscaling.Target", kind: str, bounds: Autoscaling, parent: pulumi.Resource
) -> None:
    aws.appautoscaling.Policy(
        name,
        policy_type="TargetTrackingScaling",
        service_namespace=target.service_namespace,
        resource_id=target.resource_id,
        scalable_dimension=target.scalable_dimension,
        target_tracking_scaling_policy_configuration={
            "predefined_metric_specification": {"predefined_metric_type": _METRICS[kind]},
            "target_value": bounds.target_utilization,
        },
        region=target.region,
        opts=pulumi.ResourceOptions(parent=parent),
    )
