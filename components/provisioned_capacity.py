"""The provisioned capacity to request. Capacity set by autoscaling is kept, within its bounds. Pure
functions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .index_settings import GlobalSecondaryIndex
from .table_settings import TableSettings

INDEXES = "global_secondary_indexes"


@dataclass(frozen=True)
class CapacityNow:
    """A table's provisioned capacity in AWS.

    Attributes:
        table: the table's capacity units, by the names of the inputs.
        indexes: the inputs of each global secondary index, by its name.
    """

    table: Mapping[str, int]
    indexes: Mapping[str, Mapping[str, Any]]


def capacity(
    place: TableSettings | GlobalSecondaryIndex, settings: TableSettings, now: Mapping[str, Any] | None
) -> dict[str, int]:
    """The capacity units of a table or index: fixed, or as set by autoscaling. A new one starts with the
    minimum.
    """
    units: dict[str, int] = {}
    for kind in ("read", "write"):
        name = f"{kind}_capacity"
        given, bounds = getattr(place, name), getattr(settings, f"{kind}_autoscaling")
        if bounds:
            current = (now or {}).get(name) or given or 0
            units[name] = min(max(current, bounds.min_capacity), bounds.max_capacity)
        elif fixed := given or getattr(settings, name):
            units[name] = fixed
    return units


def left_to_autoscaling(
    settings: TableSettings, inputs: Mapping[str, Any], now: CapacityNow | None
) -> Sequence[str]:
    """The inputs to leave unchanged, because AWS already has the requested capacity.

    Without this, an update without a refresh would restore an earlier capacity. If another capacity input
    changes, all of them are sent with the values from AWS.
    """
    if now is None:
        return []
    left = []
    if {name: inputs.get(name) for name in now.table} == now.table:
        left = [f"{k}_capacity" for k in ("read", "write") if getattr(settings, f"{k}_autoscaling")]
    if now.indexes and {index["name"]: index for index in inputs[INDEXES]} == now.indexes:
        left.append(INDEXES)
    return left
