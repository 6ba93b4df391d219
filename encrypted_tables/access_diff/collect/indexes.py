"""The indexes of a table: a query of one reads items."""

from collections.abc import Iterable, Mapping
from typing import Any

from encrypted_tables.access_diff.collect.stack_resources import StackResources
from encrypted_tables.engine.preview import Resource
from encrypted_tables.engine.resource_types import INDEX
from encrypted_tables.engine.unknown import Unknown
from encrypted_tables.iam.documents import as_list

ANY = "*"
"""The name of an index whose name is unknown."""


def index_names(stack: StackResources, tables: Iterable[Resource], table: str) -> frozenset[str]:
    """The names of a table's indexes, in its own resource and in others."""
    found: set[str] = set()
    for resource in tables:
        if stack.value(resource, "name") == table:
            for kind in ("globalSecondaryIndexes", "localSecondaryIndexes"):
                found.update(_name(one) for one in as_list(stack.set_by(resource, kind)))
    for resource in stack.of([INDEX]):
        of = stack.value(resource, "tableName")
        if of == table or isinstance(of, Unknown):
            found.add(_name({"name": stack.value(resource, "indexName")}))
    return frozenset(found)


def _name(index: Any) -> str:  # noqa: ANN401  # a property of any type
    name = index.get("name") if isinstance(index, Mapping) else None
    return name if isinstance(name, str) else ANY
