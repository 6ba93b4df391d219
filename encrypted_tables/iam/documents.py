"""Policy documents and their statements.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from encrypted_tables.iam.matching import matches

Statement = Mapping[str, Any]
_WITH_VARIABLES = "2012-10-17"


@dataclass(frozen=True)
class Document:
    """A policy's statements."""

    statements: tuple[Statement, ...]
    version: str = _WITH_VARIABLES
    label: str = ""
    """Its name in reports, such as `the key policy` or `policy/readers`."""
    arn: str = ""
    """The ARN of a managed policy; empty for any other."""

    @property
    def is_aws_managed(self) -> bool:
        """Whether AWS maintains it, so that nobody else can change it."""
        return ":iam::aws:policy/" in self.arn

    @cached_property
    def has_variables(self) -> bool:
        """Whether `${...}` is a variable; in the older version of the language it is plain text.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
        """
        return self.version == _WITH_VARIABLES

    @cached_property
    def _by_action(self) -> dict[tuple[str, str], list[tuple[Statement, str]]]:
        return {}

    @cached_property
    def _by_service(self) -> "dict[str, tuple[tuple[Statement, str, _Actions], ...]]":
        return {}

    def _concerning(self, action: str) -> "tuple[tuple[Statement, str, _Actions], ...]":
        """The statements that may apply to actions of the same service; most statements are about other
        services.
        """
        service = action.partition(":")[0].lower()
        found = self._by_service.get(service)
        if found is None:
            found = self._by_service[service] = tuple(
                (statement, self._place(number, statement), _actions_of(statement))
                for number, statement in enumerate(self.statements, 1)
                if _may_concern(statement, service)
            )
        return found

    def included(self, actions: Sequence[str]) -> Iterator[tuple[Statement, str, tuple[bool, ...]]]:
        """Each statement that applies to any of the actions: with its place, and whether it applies to each.

        All actions must belong to one service.
        """
        for statement, place, own in self._concerning(actions[0]):
            found = tuple(own.include(action) for action in actions)
            if any(found):
                yield statement, place, found

    def about(self, effect: str, action: str) -> list[tuple[Statement, str]]:
        """The statements with an effect that apply to an action, each with a description of its place.

        The answers are cached, because every principal needs the same few actions.
        """
        found = self._by_action.get((effect, action))
        if found is None:
            found = self._by_action[effect, action] = [
                (statement, place)
                for statement, place, own in self._concerning(action)
                if statement.get("Effect") == effect and own.include(action)
            ]
        return found

    def _place(self, number: int, statement: Statement) -> str:
        name = f"statement {statement.get('Sid') or number}"
        return f"{name} of {self.label}" if self.label else name


def _may_concern(statement: Statement, service: str) -> bool:
    if "NotAction" in statement:
        return True
    for one in as_list(statement.get("Action")):
        prefix = str(one).partition(":")[0]
        if prefix.lower() == service or "*" in prefix or "?" in prefix:
            return True
    return False


class _Actions:
    """The actions of a statement, prepared for repeated matching. Statements with the same actions share
    it.
    """

    def __init__(self, names: tuple[str, ...], *, is_negative: bool) -> None:
        patterns = {one.lower() for one in names}
        self._wildcards = tuple(one for one in patterns if "*" in one or "?" in one)
        self._exact = patterns.difference(self._wildcards)
        self._is_negative = is_negative
        self._known: dict[str, bool] = {}

    def include(self, action: str) -> bool:
        """Whether the statement applies to an action."""
        known = self._known.get(action)
        if known is None:
            wanted = action.lower()
            named = wanted in self._exact or any(matches(one, wanted) for one in self._wildcards)
            known = self._known[action] = named is not self._is_negative
        return known


@lru_cache(maxsize=65_536)
def _actions(names: tuple[str, ...], *, is_negative: bool) -> _Actions:
    return _Actions(names, is_negative=is_negative)


def _actions_of(statement: Statement) -> _Actions:
    is_negative = "NotAction" in statement
    names = as_list(statement.get("NotAction" if is_negative else "Action"))
    return _actions(tuple(map(str, names)), is_negative=is_negative)


@dataclass(frozen=True)
class Unreadable:
    """A policy whose text is not available, or which AWS would reject."""

    reason: str


Policy = Document | Unreadable

_OLD = "2008-10-17"
"""The Version of a policy that states none."""
_ELEMENTS = frozenset(
    {
        "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource",
        "Condition",
    }
)  # fmt: skip


def as_list(value: Any) -> list[Any]:  # noqa: ANN401  # a policy element may have one value or several
    """A policy element as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def read_document(text: Any, label: str = "", arn: str = "") -> Policy:  # noqa: ANN401  # JSON text, or what it holds
    """A policy from its JSON text, or from the parsed mapping."""
    return _read_text(text, label, arn) if isinstance(text, str) else _read(text, label, arn)


@lru_cache(maxsize=4_096)
def _read_text(text: str, label: str, arn: str) -> Policy:
    try:
        return _read(json.loads(text, object_pairs_hook=_distinct), label, arn)
    except _RepeatedKeyError as error:
        return _malformed(label, f"has {error} twice in one JSON object")
    except ValueError:
        return _malformed(label, "is not JSON")


class _RepeatedKeyError(ValueError):
    """A key that a JSON object has more than once: AWS rejects such a policy."""


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _RepeatedKeyError(key)
        found[key] = value
    return found


def _read(document: Any, label: str, arn: str) -> Policy:  # noqa: ANN401  # what a JSON text holds
    if not isinstance(document, Mapping):
        return _malformed(label, "is not a policy document")
    statements = as_list(document.get("Statement"))
    if not all(isinstance(one, Mapping) for one in statements):
        return _malformed(label, "has a statement that is not a JSON object")
    if unknown := sorted(map(str, document.keys() - {"Version", "Id", "Statement"})):
        return _malformed(label, f"has {unknown[0]}, which is not an element of a policy")
    version = document.get("Version", _OLD)
    if version not in (_OLD, _WITH_VARIABLES):
        return _malformed(label, f"has Version {version}, which is not one of IAM's")
    for statement in statements:
        if fault := _fault(statement):
            return _malformed(label, fault)
    return Document(tuple(statements), version, label, arn)


def _fault(statement: Statement) -> str:
    """Why AWS rejects a statement; empty if it does not, or if it has no effect.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
    """
    if unknown := sorted(map(str, statement.keys() - _ELEMENTS)):
        return f"has a statement with {unknown[0]}, which is not an element of a statement"
    if "Effect" not in statement:
        return "has a statement without Effect"
    if statement["Effect"] not in ("Allow", "Deny"):
        return f"has a statement whose Effect is {statement['Effect']} instead of Allow or Deny"
    for element in ("Principal", "Action", "Resource"):
        if element in statement and f"Not{element}" in statement:
            return f"has a statement with both {element} and Not{element}"
    return ""


def _malformed(label: str, what: str) -> Unreadable:
    return Unreadable(f"{label or 'it'} {what}")
