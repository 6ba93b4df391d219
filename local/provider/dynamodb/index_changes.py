"""How the global secondary indexes of a table change. Pure functions."""

from dataclasses import dataclass
from typing import Any

from local.provider.dynamodb import requests
from local.provider.values import Properties, Value

DEFINITION = ("hashKey", "rangeKey", "projectionType", "nonKeyAttributes")
CAPACITY = ("readCapacity", "writeCapacity")


@dataclass(frozen=True)
class IndexChanges:
    """Parts of UpdateTable requests; DynamoDB creates and deletes one index at a time.

    Attributes:
        deleted: the names of the indexes to delete, with those to create again.
        created: the indexes to create.
        updates: changes of capacity or limits.
    """

    deleted: list[str]
    created: list[dict[str, Any]]
    updates: list[dict[str, Any]]


def between(old: Properties, new: Properties) -> IndexChanges:
    """The changes from a table's old properties to the new ones. Another key or projection makes another
    index.
    """
    before, after, mode = _by_name(old), _by_name(new), new["billingMode"]
    kept = [name for name in sorted(before) if name in after and _is_same(before[name], after[name])]
    changes = {name: _units(before[name], after[name], mode) for name in kept}
    return IndexChanges(
        deleted=sorted({*before} - {*kept}),
        created=[requests.global_index(after[name], mode) for name in sorted({*after} - {*kept})],
        updates=[{"Update": {"IndexName": name, **units}} for name, units in changes.items() if units],
    )


def _units(old: Properties, new: Properties, mode: str) -> dict[str, Any]:
    """The capacity or the limits, if they change and are given."""
    if mode == requests.ON_DEMAND:
        return requests.limits(new) if requests.limits(old) != requests.limits(new) else {}
    is_changed = any(old.get(name, 0) != new.get(name, 0) for name in CAPACITY)
    return requests.capacity(new, mode) if is_changed else {}


def _by_name(properties: Properties) -> dict[str, Properties]:
    return {index["name"]: index for index in properties.get("globalSecondaryIndexes") or []}


def _is_same(old: Properties, new: Properties) -> bool:
    return all(_plain(old.get(name)) == _plain(new.get(name)) for name in DEFINITION)


def _plain(value: Value) -> Value:
    return sorted(value) if isinstance(value, list) else value or None
