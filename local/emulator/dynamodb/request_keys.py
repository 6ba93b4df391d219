"""The condition keys of DynamoDB's item calls, from the request.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..arns import TableName
from ..iam.conditions import Either, Unknown

BATCHES = frozenset({"BatchGetItem", "BatchWriteItem"})
# A PartiQL statement names keys and attributes in a language that is not read here.
OF_PARTIQL = ("LeadingKeys", "Attributes", "Select", "ReturnValues", "FullTableScan")
_EQUALS = re.compile(r"(#?[\w-]+)\s*=\s*(:\w+)")
_NAME = re.compile(r"(?<![.\w:#])(#?[A-Za-z_][\w-]*)(?!\s*\()")
_KEYWORDS = frozenset({"set", "remove", "add", "delete", "and", "or", "not", "between", "in"})
Request = Mapping[str, Any]


def condition_keys(operation: str, action: str, table: TableName, request: Request) -> list[dict[str, Any]]:
    """The condition keys of a call on a table; one set for each part that is authorized separately.

    Args:
        operation: the API operation, such as `Query`.
        action: the IAM action to check, such as `dynamodb:Query`.
        table: the table that the action is checked on.
        request: the request.
    """
    checked = action.removeprefix("dynamodb:")
    if checked.startswith("PartiQL"):
        return [{f"dynamodb:{name}": Unknown.VALUE for name in OF_PARTIQL}]
    parts = list(_parts(operation, checked, table, request))
    return [_of_part(checked, table, part) for part in parts] or [{}]


def _parts(operation: str, action: str, table: TableName, request: Request) -> Iterator[Request]:
    if operation.startswith("Transact"):
        for item in request.get("TransactItems") or []:
            for kind, part in item.items():
                name = {"Get": "GetItem", "Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem"}
                if name.get(kind, "ConditionCheckItem") == action and _is(table, part):
                    yield part
    elif operation in BATCHES:
        for name, part in (request.get("RequestItems") or {}).items():
            if TableName.of(name) == table:
                yield part if isinstance(part, dict) else {"Writes": part}
    elif _is(table, request):
        yield request


def _is(table: TableName, part: Request) -> bool:
    return TableName.of(str(part.get("TableName", ""))) == table


def _of_part(action: str, table: TableName, part: Request) -> dict[str, Any]:
    keys = list(_keys(part))
    found: dict[str, Any] = {
        "dynamodb:LeadingKeys": _leading_keys(action, table, part, keys),
        "dynamodb:ReturnConsumedCapacity": part.get("ReturnConsumedCapacity", Either((None, "NONE"))),
        "dynamodb:Attributes": sorted(set(_attributes(part)) | {name for key in keys for name in key})
        or None,
    }
    if action in ("GetItem", "BatchGetItem", "Query", "Scan"):
        found["dynamodb:Select"] = part.get("Select") or _default_select(part)
    if action in ("PutItem", "UpdateItem", "DeleteItem"):
        found["dynamodb:ReturnValues"] = part.get("ReturnValues", Either((None, "NONE")))
    return found


def _default_select(part: Request) -> str:
    if part.get("ProjectionExpression") or part.get("AttributesToGet"):
        return "SPECIFIC_ATTRIBUTES"
    return "ALL_PROJECTED_ATTRIBUTES" if part.get("IndexName") else "ALL_ATTRIBUTES"


def _keys(part: Request) -> Iterator[Request]:
    """The keys, or for a put the whole items, that a call names."""
    yield from (one for one in (part.get("Key"), part.get("Item")) if isinstance(one, dict))
    yield from part.get("Keys") or []
    for write in part.get("Writes") or []:
        for one in write.values():
            yield one.get("Item") or one.get("Key") or {}


def _leading_keys(action: str, table: TableName, part: Request, keys: list[Request]) -> Any:  # noqa: ANN401
    """The partition key values; a scan has none."""
    partition_key = _partition_key(table, part.get("IndexName"))
    if action == "Scan":
        return None
    if partition_key is None:
        return Unknown.VALUE
    values = [_text(key[partition_key]) for key in keys if partition_key in key]
    if action == "Query":
        values = list(_queried(partition_key, part))
    return values or Unknown.VALUE


def _queried(partition_key: str, part: Request) -> Iterator[str]:
    legacy = (part.get("KeyConditions") or {}).get(partition_key)
    if legacy:
        yield from map(_text, legacy.get("AttributeValueList") or [])
    names = part.get("ExpressionAttributeNames") or {}
    given = part.get("ExpressionAttributeValues") or {}
    for name, value in _EQUALS.findall(part.get("KeyConditionExpression") or ""):
        if names.get(name, name) == partition_key and value in given:
            yield _text(given[value])


def _text(value: Mapping[str, Any]) -> str:
    return str(next(iter(value.values())))


def _partition_key(table: TableName, index: object) -> str | None:
    schema = table.record
    if schema and index:
        indexes = [
            *(schema.get("GlobalSecondaryIndexes") or []),
            *(schema.get("LocalSecondaryIndexes") or []),
        ]
        schema = next((one for one in indexes if one.get("IndexName") == index), None)
    elements = (schema or {}).get("KeySchema") or []
    return next((one["AttributeName"] for one in elements if one["KeyType"] == "HASH"), None)


def _attributes(part: Request) -> Iterator[str]:
    """The top-level attributes that a call names in its expressions and in its older parameters."""
    names = part.get("ExpressionAttributeNames") or {}
    for field, value in part.items():
        if field.endswith("Expression") and isinstance(value, str):
            for name in _NAME.findall(value):
                if name.lower() not in _KEYWORDS:
                    yield names.get(name, name)
    yield from part.get("AttributesToGet") or []
    for field in ("KeyConditions", "QueryFilter", "ScanFilter", "Expected", "AttributeUpdates"):
        yield from part.get(field) or {}
