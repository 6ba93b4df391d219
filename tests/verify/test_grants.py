"""Findings on the grants of a key: those that `grant_read_write` makes, and those that nobody declared."""

from dataclasses import replace

import pytest

from encrypted_tables.verify.collect.grants import Grant
from encrypted_tables.verify.collect.inventory import Place
from encrypted_tables.verify.collect.observe import Key
from encrypted_tables.verify.compare.findings import Finding, Severity
from encrypted_tables.verify.compare.settings_findings import settings_findings
from tests.verify.samples import ACCOUNT, APP, SSO_ROLE, WALTER, place

CONTEXT = {"aws:dynamodb:tableName": "orders", "aws:dynamodb:subscriberId": ACCOUNT}


def grant(grantee: str, *operations: str, context: dict[str, str] | None = CONTEXT) -> Grant:
    """A grant; by default as `grant_read_write` makes it, for the table alone."""
    return Grant("0123456789", grantee, operations or ("Decrypt",), context_subset=context)


def findings(*grants: Grant, is_declared: bool = True) -> list[Finding]:
    """The findings on a table whose key has these grants and DynamoDB's own."""
    where = place("orders")
    assert isinstance(where.key, Key)
    own = grant("dynamodb.eu-west-1.amazonaws.com", "Decrypt", "CreateGrant")
    key = replace(where.key, grants=(own, *grants))
    declared: Place = replace(where, key=key, declared=where.declared if is_declared else None)
    return [one for one in settings_findings([declared]) if "grant" in one.kind]


def test_the_grant_of_grant_read_write_to_a_declared_role_is_no_finding() -> None:
    assert findings(grant(APP)) == []


@pytest.mark.parametrize(
    "wider", [grant(APP, "Decrypt", "Encrypt"), grant(APP, context=None)], ids=["operations", "context"]
)
def test_a_grant_of_more_access_to_a_declared_role_is_a_note(wider: Grant) -> None:
    (found,) = findings(wider)

    assert (found.kind, found.severity) == ("grant-to-declared-principal", Severity.NOTE)


@pytest.mark.parametrize("grantee", [APP, WALTER])
def test_without_a_declaration_a_grant_is_a_note_without_advice_to_revoke(grantee: str) -> None:
    (found,) = findings(grant(grantee), is_declared=False)

    assert (found.kind, found.severity) == ("grant-without-declaration", Severity.NOTE)
    assert "revoke" not in found.todo.lower()
    assert "`declaration`" in found.todo


def test_an_undeclared_grant_differs_and_the_finding_says_that_it_may_be_the_programs() -> None:
    (found,) = findings(grant(WALTER))

    assert (found.kind, found.severity, found.principal) == ("undeclared-grant", Severity.DIFFERS, WALTER)
    assert "call `declaration` after" in found.todo


def test_a_grant_to_a_declared_key_administrator_is_a_note() -> None:
    assert [one.kind for one in findings(grant(SSO_ROLE))] == ["grant-to-declared-principal"]
