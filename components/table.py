"""The DynamoDB table of a component."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from .current_table import current_capacity, current_limits, current_table
from .impossible_changes import rejects_impossible_changes
from .key_policy import ProtectedTable
from .local_index_changes import reject_local_index_changes
from .provisioned_capacity import left_to_autoscaling
from .restore_source import checked_source
from .table_inputs import ORIGIN_INPUTS, TTL_ATTRIBUTE, not_restored, replica_inputs, table_inputs
from .table_settings import TableSettings


def make_table(
    name: str,
    settings: TableSettings,
    place: ProtectedTable,
    *,
    component: pulumi.Resource,
    key_arn: pulumi.Input[str],
    replica_keys: Mapping[str, pulumi.Output[str]],
    options: Mapping[str, Any],
) -> aws.dynamodb.Table:
    """Make the table.

    Args:
        name: the component's name.
        settings: the component's settings.
        place: the table's name, Region and account.
        component: the parent of lookups and warnings.
        key_arn: the table's key.
        replica_keys: the key of each replica, by Region.
        options: options of the table, by name.
    """
    asking = pulumi.InvokeOptions(parent=component)
    found = current_table(place.name, place.region, settings, asking)
    if settings.restore_from and not found and (later := not_restored(settings)):
        pulumi.log.warn(
            f"EncryptedTable {name!r}: a restore does not set {', '.join(later)}. "
            "Run `pulumi up` again after it.",
            component,
        )
    now = current_capacity(found, settings)
    inputs = table_inputs(settings, now, current_limits(found))
    source = settings.restore_from
    if source and source.table_arn is not None and not found:
        inputs["restore_source_table_arn"] = checked_source(place.name, settings, source.table_arn, asking)
    reject_local_index_changes(place.name, found, inputs["local_secondary_indexes"])
    # The source matters only at creation. A changed source would replace the table and delete its items.
    ignored = [*ORIGIN_INPUTS, *left_to_autoscaling(settings, inputs, now)]
    if settings.ttl_attribute is None:
        ignored.append(TTL_ATTRIBUTE)
    if settings.replica_regions:
        inputs["replicas"] = replica_inputs(settings, replica_keys)
    return aws.dynamodb.Table(
        f"{name}-table",
        name=place.name,
        server_side_encryption={"enabled": True, "kms_key_arn": key_arn},
        **inputs,
        opts=pulumi.ResourceOptions(
            **options,
            ignore_changes=ignored,
            hooks=pulumi.ResourceHookBinding(before_update=[rejects_impossible_changes(name)]),
        ),
    )
