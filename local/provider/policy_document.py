"""Compares policy documents by meaning, as the official plugin does before it shows a diff."""

import json
import re
from typing import Any

from local.provider.values import Properties, Value

SETS = ("Action", "NotAction", "Resource", "NotResource")


def same_policy(old: Value, new: Value) -> bool:
    """Whether two policy documents, as JSON text, grant the same.

    The order of statements, actions, resources, principals and condition values does not matter. A single
    value equals a list with this value.
    """
    if old == new:
        return True
    try:
        return bool(_meaning(json.loads(old)) == _meaning(json.loads(new)))
    except (TypeError, ValueError):
        return False


def named_principals(policy: str | None) -> list[str]:
    """The users and roles that a policy names (JSON text); not accounts, services or `*`."""
    document = json.loads(policy) if policy else None
    statements = _as_list(document.get("Statement")) if isinstance(document, dict) else []
    principals = [
        _principal(statement.get(key))
        for statement in statements
        if isinstance(statement, dict)
        for key in ("Principal", "NotPrincipal")
    ]
    values = {value for each in principals if isinstance(each, dict) for value in each.get("AWS", [])}
    return sorted(value for value in values if not re.fullmatch(r"\*|\d{12}|arn:.*:root", value))


def _meaning(document: Value) -> Value:
    if not isinstance(document, dict):
        return document
    statements = [_statement(s) for s in _as_list(document.get("Statement"))]
    rest = {key: value for key, value in document.items() if key != "Statement"}
    return {**rest, "Statement": sorted(statements, key=_text)}


def _statement(statement: Value) -> Value:
    if not isinstance(statement, dict):
        return statement
    result: Properties = {
        **statement,
        **{key: _as_set(statement[key]) for key in SETS if key in statement},
        **{key: _principal(statement[key]) for key in ("Principal", "NotPrincipal") if key in statement},
    }
    if "Condition" in statement:
        return {**result, "Condition": _condition(statement["Condition"])}
    return result


def _principal(principal: Value) -> Value:
    if principal == "*":
        return {"AWS": ["*"]}
    if not isinstance(principal, dict):
        return principal
    return {kind: _as_set(values) for kind, values in principal.items()}


def _condition(condition: Value) -> Value:
    if not isinstance(condition, dict):
        return condition
    return {
        operator: {key: _as_set(values) for key, values in keys.items()} if isinstance(keys, dict) else keys
        for operator, keys in condition.items()
    }


def _as_set(value: Value) -> list[Any]:
    """The values without duplicates, in a fixed order. In a condition, true equals "true"."""
    return sorted({_text(each) if not isinstance(each, str) else each for each in _as_list(value)})


def _as_list(value: Value) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(value: Value) -> str:
    return json.dumps(value, sort_keys=True)
