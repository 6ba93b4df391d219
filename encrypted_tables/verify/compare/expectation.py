"""The outcome that each declared role expects of each call."""

from collections.abc import Iterable
from enum import StrEnum

from encrypted_tables.verify.collect.declared import Role
from encrypted_tables.verify.probe.classify import Outcome

METADATA_CALLS = ("DescribeTable",)
READ_CALLS = ("GetItem", "Query", "Scan")
WRITE_CALLS = ("PutItem",)
ITEM_CALLS = ("GetItem", "PutItem", "Query", "Scan")
CALLS = METADATA_CALLS + ITEM_CALLS


class Expectation(StrEnum):
    """The declared outcome of one call by one principal."""

    ALLOWED = "allowed"
    KEY_ALLOWS = "key-allows"
    """KMS allows the principal; IAM decides which calls it can make."""
    DENIED = "denied"
    NOT_DECLARED = "not-declared"
    """Nothing is declared: every outcome is as declared."""


_ROLE_CALLS: dict[Role, dict[str, Expectation]] = {
    "keyAdministrator": {},
    "keyUser": dict.fromkeys(READ_CALLS + WRITE_CALLS, Expectation.KEY_ALLOWS),
    "otherAccount": dict.fromkeys(READ_CALLS + WRITE_CALLS, Expectation.KEY_ALLOWS),
    # To create the table, a deployer needs kms:Decrypt through DynamoDB, so it may be able to read items.
    "deployer": dict.fromkeys(READ_CALLS + WRITE_CALLS, Expectation.NOT_DECLARED),
    "serviceUser": dict.fromkeys(READ_CALLS + WRITE_CALLS, Expectation.NOT_DECLARED),
    "reader": dict.fromkeys(READ_CALLS, Expectation.ALLOWED),
    "writer": dict.fromkeys(WRITE_CALLS, Expectation.ALLOWED),
    "readerWriter": dict.fromkeys(READ_CALLS + WRITE_CALLS, Expectation.ALLOWED),
    "streamReader": {},
    # A user's own statement may have any condition.
    "statementKeyUser": dict.fromkeys(READ_CALLS + WRITE_CALLS, Expectation.NOT_DECLARED),
    "statementPrincipal": {},
    # DynamoDB may still have the table key in its cache.
    "endedKeyUser": dict.fromkeys(READ_CALLS + WRITE_CALLS, Expectation.NOT_DECLARED),
}
_STRONGEST_FIRST = (Expectation.ALLOWED, Expectation.KEY_ALLOWS, Expectation.NOT_DECLARED)


def expected(roles: Iterable[Role], call: str) -> Expectation:
    """The declared outcome of a call by a principal with these roles; an undeclared principal has none."""
    if call in METADATA_CALLS:
        return Expectation.NOT_DECLARED  # names and settings are not items, and the key does not protect them
    expectations = {_ROLE_CALLS[role].get(call, Expectation.DENIED) for role in roles}
    return next((one for one in _STRONGEST_FIRST if one in expectations), Expectation.DENIED)


def is_as_declared(expectation: Expectation, actual: Outcome) -> bool | None:
    """Whether the actual outcome is the declared one; None if unknown."""
    if actual is Outcome.COULD_NOT_TELL:
        return None
    match expectation:
        case Expectation.NOT_DECLARED:
            return True
        case Expectation.ALLOWED:
            return actual is Outcome.ALLOWED
        case Expectation.KEY_ALLOWS:
            return actual in {Outcome.ALLOWED, Outcome.DENIED_BY_IAM}
        case Expectation.DENIED:
            if actual is Outcome.ALLOWED:
                return False
            # A key that nobody can use proves nothing about this principal.
            return True if actual.is_denied else None
