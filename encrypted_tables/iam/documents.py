"""Policy documents and their statements.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
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
    """How people find it, as `the key policy` or `policy/readers`."""
    arn: str = ""
    """Of a managed policy; empty for any other."""

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

    def about(self, effect: str, action: str) -> list[tuple[Statement, str]]:
        """The statements of an effect that apply to an action, each with its place in words.

        A document is asked about the same few actions for every principal, so the answers are kept.
        """
        found = self._by_action.get((effect, action))
        if found is None:
            found = self._by_action[effect, action] = [
                (statement, self._place(number, statement))
                for number, statement in enumerate(self.statements, 1)
                if statement.get("Effect") == effect and _is_about(statement, action)
            ]
        return found

    def _place(self, number: int, statement: Statement) -> str:
        name = f"statement {statement.get('Sid') or number}"
        return f"{name} of {self.label}" if self.label else name


def _is_about(statement: Statement, action: str) -> bool:
    if "NotAction" in statement:
        return not _is_one_of(statement["NotAction"], action)
    return _is_one_of(statement.get("Action"), action)


def _is_one_of(patterns: Any, action: str) -> bool:  # noqa: ANN401  # one string or a list
    return any(matches(str(pattern), action, ignore_case=True) for pattern in as_list(patterns))


@dataclass(frozen=True)
class Unreadable:
    """A policy whose text is not available."""

    reason: str


Policy = Document | Unreadable


def as_list(value: Any) -> list[Any]:  # noqa: ANN401  # a policy element may have one value or several
    """A policy element as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def read_document(text: Any, label: str = "", arn: str = "") -> Policy:  # noqa: ANN401  # JSON text, or what it holds
    """A policy from its JSON text, or from the mapping that the text holds."""
    try:
        document = json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return Unreadable("not JSON")
    if not isinstance(document, Mapping):
        return Unreadable("not a policy document")
    statements = as_list(document.get("Statement"))
    if not all(isinstance(one, Mapping) for one in statements):
        return Unreadable("not a policy document: a statement is not a JSON object")
    return Document(tuple(statements), str(document.get("Version", "2008-10-17")), label, arn)
