"""Reads a table from AWS, but only if its inputs depend on its present state."""

from collections.abc import Callable, Collection
from typing import Any, TypeVar

import pulumi
import pulumi_aws as aws

from .provisioned_capacity import CapacityNow
from .table_settings import TableSettings

T = TypeVar("T")
_ABSENT = ("ResourceNotFoundException", "not found", "couldn't find resource", "empty result")
_NEEDS_PRESENT_STATE = ("read_autoscaling", "write_autoscaling", "restore_from", "local_secondary_indexes")
_UNITS = ("read_capacity", "write_capacity")


class CurrentTableError(pulumi.RunError):
    """A resource whose present state is needed could not be read."""


def looked_up(what: str, look: Callable[[], T]) -> T | None:
    """What AWS answers; None if it does not exist.

    Raises:
        CurrentTableError: AWS refuses the call.
    """
    try:
        return look()
    except Exception as error:  # noqa: BLE001  # the SDK raises no specific error for a failed invoke
        if any(words in str(error) for words in _ABSENT):
            return None
        raise CurrentTableError(f"{what}: AWS did not describe it: {error}") from None


def key_of_table(table: str, region: str, options: pulumi.InvokeOptions) -> str | None:
    """The ARN of the KMS key that encrypts a table; None if there is no table, or DynamoDB's own key.

    Raises:
        CurrentTableError: AWS refuses to describe the table.
    """
    what = f"table {table!r}"
    found = looked_up(what, lambda: aws.dynamodb.get_table(name=table, region=region, opts=options))
    return found.server_side_encryption.kms_key_arn if found else None


def current_table(
    table: str, region: str, settings: TableSettings, options: pulumi.InvokeOptions
) -> aws.dynamodb.GetTableResult | None:
    """The table in AWS; None if it does not exist, or if no input depends on it.

    Raises:
        CurrentTableError: the table could not be read. An update without its state could lower the capacity.
    """
    needs = any(getattr(settings, name) for name in _NEEDS_PRESENT_STATE)
    if not needs and not settings.has_a_single_limit:
        return None
    return looked_up(
        f"table {table!r}, on which inputs depend (autoscaling, restoreFrom, localSecondaryIndexes or one of "
        "two limits in onDemandThroughput)",
        lambda: aws.dynamodb.get_table(name=table, region=region, opts=options),
    )


def current_limits(found: aws.dynamodb.GetTableResult | None) -> Collection[str]:
    """The names of the table's on-demand limits in AWS, as inputs."""
    limits = found.on_demand_throughputs[0] if found and found.on_demand_throughputs else {}
    return [name for name, units in limits.items() if units]


def current_capacity(
    found: aws.dynamodb.GetTableResult | None, settings: TableSettings
) -> CapacityNow | None:
    """The table's capacity in AWS. None without autoscaling, or if no provisioned table exists."""
    scales = settings.read_autoscaling or settings.write_autoscaling
    if not scales or found is None or found.billing_mode != "PROVISIONED":
        return None
    return CapacityNow(
        {name: getattr(found, name) for name in _UNITS},
        {index["name"]: _index(index) for index in found.global_secondary_indexes or ()},
    )


def _index(found: Any) -> dict[str, Any]:  # noqa: ANN401  # the provider's answer
    return {
        "name": found["name"],
        "hash_key": found["hash_key"],
        **({"range_key": found["range_key"]} if found.get("range_key") else {}),
        "projection_type": found["projection_type"],
        **(
            {"non_key_attributes": sorted(found["non_key_attributes"])}
            if found.get("non_key_attributes")
            else {}
        ),
        **{name: found[name] for name in _UNITS},
    }
