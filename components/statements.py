"""Reads the actions, principals and organisations of policies and their statements.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

Statement = Mapping[str, Any]

_OF_ORGANISATIONS = {"stringequals": "aws:principalorgid", "foranyvalue:stringlike": "aws:principalorgpaths"}
_OF_USER_OR_ROLE = r"arn:aws[a-z-]*:iam::\d{12}:(?:user|role)/"
_USER_OR_ROLE = re.compile(rf"{_OF_USER_OR_ROLE}.+")
_USER_OR_ROLE_IN_JSON = re.compile(rf'"({_OF_USER_OR_ROLE}[^"*]+)"')
_ORGANISATION = re.compile(r"o-[a-z0-9]{10,32}(/[a-z0-9/-]+/\*)?", re.ASCII)


def principals(policy: Mapping[str, Any]) -> set[str]:
    """All entries of the principals of a policy's statements."""
    statements = [one for one in items(policy.get("Statement", ())) if isinstance(one, Mapping)]
    return {str(name) for one in statements for name in (*named(one), *named(one, "NotPrincipal"))}


def users_and_roles(policy: Mapping[str, Any]) -> set[str]:
    """The ARNs of the users and roles that a policy names."""
    return {name for name in principals(policy) if _USER_OR_ROLE.fullmatch(name)}


def users_and_roles_in(policy: str) -> set[str]:
    """The ARNs of users and roles anywhere in a policy as JSON, without parsing it: those that it names, and
    those in conditions.
    """
    return {*_USER_OR_ROLE_IN_JSON.findall(policy)}


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


def organisations(statement: Statement) -> list[str]:
    """The organisations, or parts of them, to which a condition limits a statement for everybody.

    Each is as in settings: `organisation/o-ID`, or with the path of an organisational unit.
    """
    condition = statement.get("Condition")
    values = [
        value
        for operator, keys in (condition.items() if isinstance(condition, Mapping) else ())
        for key, some in (keys.items() if isinstance(keys, Mapping) else ())
        if _OF_ORGANISATIONS.get(str(operator).lower()) == str(key).lower()
        for value in items(some)
    ]
    if named(statement) != ["*"] or not all(_ORGANISATION.fullmatch(str(value)) for value in values):
        return []
    return [f"organisation/{str(value).removesuffix('/*')}" for value in values]


def items(value: object) -> Sequence[Any]:
    """A list, where IAM's grammar allows a single value or a list."""
    return value if isinstance(value, list | tuple) else (value,)


def _has(actions: object, action: str) -> bool:
    return any(_matches(str(one), action) for one in items(actions))


@lru_cache(maxsize=10_000)  # the policies of a program mostly have the same actions
def _matches(pattern: str, action: str) -> bool:
    return fnmatchcase(action.lower(), pattern.lower())
