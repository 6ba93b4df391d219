"""The provisioned capacity to ask for: autoscaling keeps what it set, within its bounds. Pure."""

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
        table: the table's units, as the inputs name them.
        indexes: each global secondary index by its name, as the inputs describe one.
    """

    table: Mapping[str, int]
    indexes: Mapping[str, Mapping[str, Any]]


def capacity(
    place: TableSettings | GlobalSecondaryIndex, settings: TableSettings, now: Mapping[str, Any] | None
) -> dict[str, int]:
    """The units of a table or index: fixed ones, or what autoscaling set; the least for a new one."""
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
    """The inputs that stay as they are in the state, because AWS has what they ask for.

    An update of a stack that was not refreshed would bring back an earlier capacity. Where something else
    about the capacity changes, all of it is sent as AWS has it.
    """
    if now is None:
        return []
    left = []
    if {name: inputs.get(name) for name in now.table} == now.table:
        left = [f"{k}_capacity" for k in ("read", "write") if getattr(settings, f"{k}_autoscaling")]
    if now.indexes and {index["name"]: index for index in inputs[INDEXES]} == now.indexes:
        left.append(INDEXES)
    return left
