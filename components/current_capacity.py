"""A table's provisioned capacity, read from AWS once for each table whose capacity follows use."""

from typing import Any

import pulumi
import pulumi_aws as aws

from .provisioned_capacity import CapacityNow
from .table_settings import TableSettings

_ABSENT = ("ResourceNotFoundException", "not found", "couldn't find resource", "empty result")
_UNITS = ("read_capacity", "write_capacity")


class CapacityError(pulumi.RunError):
    """AWS did not answer which capacity a table has."""


def current_capacity(
    table: str, region: str, settings: TableSettings, options: pulumi.InvokeOptions
) -> CapacityNow | None:
    """The capacity in AWS; None if it does not follow use, or if the table does not exist.

    Raises:
        CapacityError: AWS refuses to describe the table. An update without it could lower the capacity.
    """
    if not (settings.read_autoscaling or settings.write_autoscaling):
        return None
    try:
        found = aws.dynamodb.get_table(name=table, region=region, opts=options)
    except Exception as error:  # noqa: BLE001  # a failed invoke has no type of its own
        if any(words in str(error) for words in _ABSENT):
            return None
        raise CapacityError(
            f"table {table!r}: its capacity follows use, and AWS did not describe it: {error}"
        ) from None
    if found.billing_mode != "PROVISIONED":
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
