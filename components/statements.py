"""Reads the actions and principals of a policy statement.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

Statement = Mapping[str, Any]


def covers(statement: Statement, action: str) -> bool:
    """Whether the statement's Action or NotAction matches an action, ignoring case."""
    if "NotAction" in statement:
        return not _has(statement["NotAction"], action)
    return _has(statement.get("Action", ()), action)


def named(statement: Statement, element: str = "Principal") -> list[Any]:
    """All entries of its Principal or NotPrincipal: accounts, users, roles, services, and `*`."""
    principal = statement.get(element, ())
    values = principal.values() if isinstance(principal, Mapping) else [principal]
    return [name for value in values for name in items(value)]


def items(value: object) -> Iterator[Any]:
    """A list, where IAM's grammar allows a single value or a list."""
    yield from value if isinstance(value, list | tuple) else (value,)


def _has(actions: object, action: str) -> bool:
    return any(fnmatchcase(action.lower(), str(one).lower()) for one in items(actions))
