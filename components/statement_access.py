"""Principals allowed by additional policy statements, as declared access."""

from collections.abc import Iterator, Mapping, Sequence

import pulumi

from .inputs import when_known
from .principals import Scope
from .statements import Statement, covers, named

KEY_USER = "statementKeyUser"
"""A statement of the key policy lets the principal decrypt, under its conditions."""

NAMED = "statementPrincipal"
"""A statement lets the principal do something else, which gives no access to items by itself."""


def declared_by_statements(
    key_statements: Sequence[Statement], table_statements: Sequence[Statement], scope: Scope
) -> pulumi.Input[Sequence[Mapping[str, str]]]:
    """Who is let in by checked statements of the key policy, and of the table's own.

    The own account as a whole is nobody: it leaves the decision to IAM policies.
    """
    statements = {"key": list(key_statements), "table": list(table_statements)}

    def declare(known: Mapping[str, Sequence[Statement]]) -> list[Mapping[str, str]]:
        declared = {*_of_key(known["key"]), *((name, NAMED) for s in known["table"] for name in _allowed(s))}
        return [
            {"principal": principal, "role": role}
            for principal, role in sorted(declared)
            if principal not in (scope.account_id, scope.root)
        ]

    return when_known(statements, declare)


def _of_key(statements: Sequence[Statement]) -> Iterator[tuple[str, str]]:
    for statement in statements:
        role = KEY_USER if covers(statement, "kms:Decrypt") else NAMED
        yield from ((name, role) for name in _allowed(statement))


def _allowed(statement: Statement) -> Sequence[str]:
    return named(statement) if statement["Effect"] == "Allow" else []
