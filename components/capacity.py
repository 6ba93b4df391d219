"""Autoscaling of provisioned capacity.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html

Annotations that name `aws.appautoscaling` are quoted, so that only programs with autoscaling load the module.
"""

from collections.abc import Container

import pulumi
import pulumi_aws as aws

from .index_settings import Autoscaling
from .resource_names import about, merged, renamed
from .table_settings import TableSettings

_METRICS = {"Read": "DynamoDBReadCapacityUtilization", "Write": "DynamoDBWriteCapacityUtilization"}


def autoscale(
    name: str,
    table: aws.dynamodb.Table,
    settings: TableSettings,
    options: pulumi.ResourceOptions,
    other_components: Container[str],
) -> None:
    """Autoscale the capacity of a table and of its global secondary indexes.

    Args:
        name: the component's name.
        table: the table.
        settings: its settings.
        options: options of all resources.
        other_components: names of components that version 1.0 would have confused with indexes of this table.
    """
    for kind, bounds in (("Read", settings.read_autoscaling), ("Write", settings.write_autoscaling)):
        if bounds is None:
            continue
        table_id = pulumi.Output.concat("table/", table.name)
        target, policy = f"{name}-{kind.lower()}-capacity", f"{name}-{kind.lower()}-utilization"
        scaled = _target(target, table_id, f"table:{kind}", bounds, region=settings.region, options=options)
        _follow_use(policy, scaled, kind, bounds, options)
        for index in settings.global_secondary_indexes:

            def indexed(child: str, index: str = index.name) -> pulumi.ResourceOptions:
                if f"{name}-{index}" in other_components:
                    return options
                return renamed(options, child.replace(name, f"{name}-{index}", 1))

            index_id = pulumi.Output.concat(table_id, "/index/", index.name)
            scaled = _target(
                about(target, index.name),
                index_id,
                f"index:{kind}",
                bounds,
                region=settings.region,
                options=indexed(target),
            )
            _follow_use(about(policy, index.name), scaled, kind, bounds, indexed(policy))


def _target(
    name: str,
    resource_id: pulumi.Output[str],
    dimension: str,
    bounds: Autoscaling,
    *,
    region: str | None,
    options: pulumi.ResourceOptions,
) -> "aws.appautoscaling.Target":
    target: aws.appautoscaling.Target = aws.appautoscaling.Target(
        name,
        service_namespace="dynamodb",
        resource_id=resource_id,
        scalable_dimension=f"dynamodb:{dimension}CapacityUnits",
        min_capacity=bounds.min_capacity,
        max_capacity=bounds.max_capacity,
        region=region,
        opts=options,
    )
    return target


def _follow_use(
    name: str,
    target: "aws.appautoscaling.Target",
    kind: str,
    bounds: Autoscaling,
    options: pulumi.ResourceOptions,
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
        # An imported policy keeps its name; a second one with the same metric would be refused.
        opts=merged(options, pulumi.ResourceOptions(ignore_changes=["name"])),
    )
