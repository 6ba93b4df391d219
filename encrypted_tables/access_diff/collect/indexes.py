"""The indexes of a table: a query of one reads items."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from encrypted_tables.access_diff.collect.stack_resources import StackResources
from encrypted_tables.engine.resource_types import INDEX, TABLE
from encrypted_tables.engine.unknown import Unknown
from encrypted_tables.iam.documents import as_list

ANY = "*"
"""The name of an index whose name is unknown."""


class Indexes:
    """The names of the indexes of a stack, by table."""

    def __init__(self, stack: StackResources) -> None:
        self._by_table: defaultdict[str, set[str]] = defaultdict(set)
        self._of_any_table: set[str] = set()
        for resource in stack.of([TABLE]):
            found = self._by_table[str(stack.value(resource, "name"))]
            for kind in ("globalSecondaryIndexes", "localSecondaryIndexes"):
                found.update(_name(one) for one in as_list(stack.set_by(resource, kind)))
        for resource in stack.of([INDEX]):
            table = stack.value(resource, "tableName")
            found = self._of_any_table if isinstance(table, Unknown) else self._by_table[str(table)]
            found.add(_name({"name": stack.value(resource, "indexName")}))

    def of(self, table: str) -> frozenset[str]:
        """The names of a table's indexes, in its own resource and in others."""
        return frozenset(self._by_table.get(table, set()) | self._of_any_table)


def _name(index: Any) -> str:  # noqa: ANN401  # a property of any type
    name = index.get("name") if isinstance(index, Mapping) else None
    return name if isinstance(name, str) else ANY
