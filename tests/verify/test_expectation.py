"""What a role declares about each call, and when an outcome is as declared."""

import pytest

from encrypted_tables.verify.collect.declared import Role
from encrypted_tables.verify.compare.expectation import CALLS, Expectation, expected, is_as_declared
from encrypted_tables.verify.probe.classify import Outcome

ITEM_CALLS = ("GetItem", "PutItem", "Query", "Scan")
READS = ("GetItem", "Query", "Scan")


def expectations(*roles: Role) -> dict[str, str]:
    return {call: expected(roles, call).value for call in ITEM_CALLS}


def test_an_undeclared_principal_is_expected_to_be_denied_every_item_call() -> None:
    assert dict.fromkeys(ITEM_CALLS, "denied") == expectations()


def test_a_key_administrator_is_expected_to_be_denied_every_item_call() -> None:
    assert dict.fromkeys(ITEM_CALLS, "denied") == expectations("keyAdministrator")


def test_a_key_user_is_expected_not_to_be_denied_by_kms() -> None:
    assert dict.fromkeys(ITEM_CALLS, "key-allows") == expectations("keyUser")
    assert dict.fromkeys(ITEM_CALLS, "key-allows") == expectations("keyAdministrator", "keyUser")


def test_a_reader_is_expected_to_read_and_a_writer_to_write() -> None:
    assert {**dict.fromkeys(READS, "allowed"), "PutItem": "denied"} == expectations("reader")
    assert {**dict.fromkeys(READS, "denied"), "PutItem": "allowed"} == expectations("writer")
    assert (
        dict.fromkeys(ITEM_CALLS, "allowed")
        == expectations("reader", "writer")
        == expectations("readerWriter")
    )


def test_nothing_is_declared_about_a_deployer_or_the_description_of_a_table() -> None:
    assert dict.fromkeys(ITEM_CALLS, "not-declared") == expectations("deployer")
    assert Expectation.NOT_DECLARED is expected(("reader",), "DescribeTable")


def test_only_principals_whose_statement_allows_decrypt_may_read() -> None:
    assert dict.fromkeys(ITEM_CALLS, "not-declared") == expectations("statementKeyUser")
    assert dict.fromkeys(ITEM_CALLS, "denied") == expectations("statementPrincipal")
    assert dict.fromkeys(ITEM_CALLS, "key-allows") == expectations("statementPrincipal", "otherAccount")


def test_every_call_has_an_expectation_for_every_role() -> None:
    for role in Role.__args__:  # type: ignore[attr-defined]
        assert all(isinstance(expected((role,), call), Expectation) for call in CALLS)


@pytest.mark.parametrize(
    ("expectation", "actual", "answer"),
    [
        (Expectation.ALLOWED, Outcome.ALLOWED, True),
        (Expectation.ALLOWED, Outcome.DENIED_BY_IAM, False),
        (Expectation.ALLOWED, Outcome.KEY_DISABLED, False),
        (Expectation.KEY_ALLOWS, Outcome.ALLOWED, True),
        (Expectation.KEY_ALLOWS, Outcome.DENIED_BY_IAM, True),
        (Expectation.KEY_ALLOWS, Outcome.DENIED_BY_KMS, False),
        (Expectation.KEY_ALLOWS, Outcome.KEY_PENDING_DELETION, False),
        (Expectation.DENIED, Outcome.DENIED_BY_KMS, True),
        (Expectation.DENIED, Outcome.DENIED_BY_IAM, True),
        (Expectation.DENIED, Outcome.ALLOWED, False),
        (Expectation.DENIED, Outcome.KEY_DISABLED, None),
        (Expectation.DENIED, Outcome.KEY_PENDING_DELETION, None),
        (Expectation.NOT_DECLARED, Outcome.ALLOWED, True),
        (Expectation.NOT_DECLARED, Outcome.COULD_NOT_TELL, None),
        (Expectation.DENIED, Outcome.COULD_NOT_TELL, None),
        (Expectation.ALLOWED, Outcome.COULD_NOT_TELL, None),
    ],
)
def test_an_outcome_is_as_declared_or_not_or_cannot_tell(
    expectation: Expectation, actual: Outcome, answer: bool | None
) -> None:
    """A key that nobody can use does not prove that a principal has no access."""
    assert answer is is_as_declared(expectation, actual)
