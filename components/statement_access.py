"""Principals allowed by additional policy statements, as declared access."""

from collections.abc import Iterator, Mapping, Sequence

import pulumi

from .inputs import when_known
from .principals import Scope
from .statements import Statement, covers, named, organisations

KEY_USER = "statementKeyUser"
"""A statement of the key policy allows the principal to decrypt, under its conditions."""

NAMED = "statementPrincipal"
"""A statement allows the principal other actions, which alone give no access to items."""


def declared_by_statements(
    key_statements: Sequence[Statement], table_statements: Sequence[Statement], scope: Scope
) -> pulumi.Input[Sequence[Mapping[str, str]]]:
    """The principals that checked statements of the key policy and the table policy allow.

    The table's own account is omitted: naming it lets IAM policies decide.
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
    return organisations(statement) or named(statement) if statement["Effect"] == "Allow" else []
