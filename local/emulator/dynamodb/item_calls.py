"""The DynamoDB calls that read or write items, and the tables in their requests."""

from collections.abc import Iterator, Mapping
from typing import Any

from .. import ministack_adapter as ms
from ..arns import TableName

ITEM_OPERATIONS = frozenset(
    {
        "BatchExecuteStatement",
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "ExecuteStatement",
        "ExecuteTransaction",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "TransactGetItems",
        "TransactWriteItems",
        "UpdateItem",
    }
)


def tables_of(request: Mapping[str, Any]) -> list[TableName]:
    """All tables in an item call's request, in a fixed order."""
    names = {name for name in _names(request) if isinstance(name, str)}
    return [TableName.of(name) for name in sorted(names)]


def _names(request: Mapping[str, Any]) -> Iterator[Any]:
    yield request.get("TableName")
    items = request.get("RequestItems")
    yield from items if isinstance(items, dict) else ()
    for item in request.get("TransactItems") or []:
        for operation in item.values():
            yield operation.get("TableName")
    for statement in statements_of(request):
        yield from statement.tables


def statements_of(request: Mapping[str, Any]) -> list[ms.PartiQL]:
    """All valid PartiQL statements of a request; ministack rejects the others."""
    given = [request, *(request.get("Statements") or []), *(request.get("TransactStatements") or [])]
    parsed = (
        ms.parse_partiql(one["Statement"], one.get("Parameters")) for one in given if one.get("Statement")
    )
    return [statement for statement in parsed if statement is not None]
