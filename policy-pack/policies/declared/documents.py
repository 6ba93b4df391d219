"""Parses IAM and key policy documents into statements of a uniform form.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from policies.declared.values import UNKNOWN, Opaque, Value, parse_json


class DocumentError(Exception):
    """A value is not a policy document."""


@dataclass(frozen=True)
class Condition:
    """A condition: operator and key in lower case, and the values, one of which must match."""

    operator: str
    key: str
    values: Sequence[Value]


@dataclass(frozen=True)
class Statement:
    """A statement with lists for all elements, and `UNKNOWN` for unknown parts.

    `principals` are of all kinds; `excepts_principals` is true for NotPrincipal. A request must meet all
    `conditions`.
    """

    label: str
    allows: bool
    principals: Sequence[Value] = ()
    excepts_principals: bool = False
    actions: Sequence[Value] = ()
    not_actions: Sequence[Value] = ()
    resources: Sequence[Value] = ()
    not_resources: Sequence[Value] = ()
    conditions: Sequence[Condition] = ()

    def covers(self, action: str) -> bool:
        """Whether the statement applies to an action such as `kms:Decrypt`."""
        if self.not_actions:
            return not any(matches(pattern, action) for pattern in self.not_actions)
        return any(matches(pattern, action) for pattern in self.actions)

    @property
    def hidden_parts(self) -> list[Value]:
        """All its parts that are unknown, until the update or always."""
        values = [value for condition in self.conditions for value in condition.values]
        parts = (self.principals, self.actions, self.not_actions, self.resources, self.not_resources, values)
        return [one for part in parts for one in part if is_hidden(one)]

    @property
    def has_unknown_actions(self) -> bool:
        """Whether it may apply to other actions than the known ones."""
        return any(is_hidden(action) for action in (*self.actions, *self.not_actions))


def statements_of(document: Value) -> Sequence[Statement]:
    """The statements of a document, which is JSON text or an object.

    Raises:
        DocumentError: it is not a policy document.
    """
    return _statements_of_text(document) if isinstance(document, str) else _statements(document)


@lru_cache(maxsize=64)
def _statements_of_text(text: str) -> Sequence[Statement]:
    """Cached, because several policies read the same document."""
    try:
        document = parse_json(text)
    except ValueError as error:
        raise DocumentError(f"it is not JSON: {error}") from error
    return _statements(document)


def _statements(document: Value) -> Sequence[Statement]:
    if not isinstance(document, Mapping):
        raise DocumentError("it is not an object")
    statements = next((value for name, value in document.items() if str(name).lower() == "statement"), None)
    if statements is None:
        raise DocumentError("it has no Statement")
    return [_statement(one, number) for number, one in enumerate(_list(statements), start=1)]


def matches(pattern: Value, text: str) -> bool:
    """Whether the text matches an IAM pattern with * and ?, ignoring case."""
    return isinstance(pattern, str) and _matches(pattern, text)


@lru_cache(maxsize=4_096)
def _matches(pattern: str, text: str) -> bool:
    return re.fullmatch(wildcards(pattern), text, re.IGNORECASE) is not None


def wildcards(pattern: str) -> str:
    """The regular expression of an IAM pattern; atomic groups keep it fast with many wildcards."""
    first, *rest = (re.escape(part).replace(r"\?", ".") for part in pattern.split("*"))
    return (
        first + "".join(f"(?>.*?{part})" for part in rest[:-1]) + "".join(f".*{part}" for part in rest[-1:])
    )


def is_hidden(value: Value) -> bool:
    """Whether a value is unknown, until the update or always."""
    return value is UNKNOWN or isinstance(value, Opaque)


def _statement(one: Value, number: int) -> Statement:
    if one is UNKNOWN:
        return Statement(f"Statement {number}", True, (UNKNOWN,), actions=(UNKNOWN,), resources=(UNKNOWN,))
    if not isinstance(one, Mapping):
        raise DocumentError(f"its statement {number} is not an object")
    elements = {str(name).lower(): value for name, value in reversed(list(one.items()))}
    sid, excepted = elements.get("sid"), elements.get("notprincipal")
    return Statement(
        f"Statement {sid!r}" if isinstance(sid, str) and sid else f"Statement {number}",
        str(elements.get("effect")).lower() != "deny",
        _principals(elements.get("principal") if excepted is None else excepted),
        excepted is not None,
        _list(elements.get("action")),
        _list(elements.get("notaction")),
        _list(elements.get("resource")),
        _list(elements.get("notresource")),
        _conditions(elements.get("condition")),
    )


def _principals(principal: Value) -> list[Value]:
    if isinstance(principal, Mapping):
        return [_account_id(one) for kind in principal.values() for one in _list(kind)]
    return _list(principal)


def _account_id(principal: Value) -> Value:
    """Convert an account id that was written without quotes, so that YAML or JSON reads it as a number."""
    is_number = isinstance(principal, int | float) and not isinstance(principal, bool)
    return f"{int(principal):012}" if is_number else principal


def _conditions(block: Value) -> list[Condition]:
    if is_hidden(block):
        return [Condition("", "", (block,))]
    operators = block.items() if isinstance(block, Mapping) else ()
    return [
        Condition(str(operator).lower(), str(key).lower(), _list(values))
        for operator, keys in operators
        for key, values in (keys.items() if isinstance(keys, Mapping) else [("", [keys])])
    ]


def _list(value: Value) -> list[Value]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
