"""What a principal's declared roles say about each call."""

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
    """What is declared about one call by one principal."""

    ALLOWED = "allowed"
    KEY_ALLOWS = "key-allows"
    """The key lets the principal in; which item calls it may make is for IAM to say."""
    DENIED = "denied"
    NOT_DECLARED = "not-declared"
    """Nothing is declared either way, so no answer differs from it."""


_ROLE_CALLS: dict[Role, dict[str, Expectation]] = {
    "keyAdministrator": {},
    "keyUser": dict.fromkeys(READ_CALLS + WRITE_CALLS, Expectation.KEY_ALLOWS),
    "otherAccount": dict.fromkeys(READ_CALLS + WRITE_CALLS, Expectation.KEY_ALLOWS),
    # Creating the table takes kms:Decrypt through DynamoDB, so a deployer may be able to read it.
    "deployer": dict.fromkeys(READ_CALLS + WRITE_CALLS, Expectation.NOT_DECLARED),
    "serviceUser": dict.fromkeys(READ_CALLS + WRITE_CALLS, Expectation.NOT_DECLARED),
    "reader": dict.fromkeys(READ_CALLS, Expectation.ALLOWED),
    "writer": dict.fromkeys(WRITE_CALLS, Expectation.ALLOWED),
    "readerWriter": dict.fromkeys(READ_CALLS + WRITE_CALLS, Expectation.ALLOWED),
    # A statement of one's own may have conditions of any kind.
    "statementKeyUser": dict.fromkeys(READ_CALLS + WRITE_CALLS, Expectation.NOT_DECLARED),
    "statementPrincipal": {},
}
_STRONGEST_FIRST = (Expectation.ALLOWED, Expectation.KEY_ALLOWS, Expectation.NOT_DECLARED)


def expected(roles: Iterable[Role], call: str) -> Expectation:
    """What the roles, none of them for a principal nobody declared, say about `call`."""
    if call in METADATA_CALLS:
        return Expectation.NOT_DECLARED  # names and settings are no data, and the key does not guard them
    said = {_ROLE_CALLS[role].get(call, Expectation.DENIED) for role in roles}
    return next((one for one in _STRONGEST_FIRST if one in said), Expectation.DENIED)


def is_as_declared(expectation: Expectation, actual: Outcome) -> bool | None:
    """Whether the actual outcome is the declared one; None when it cannot be told."""
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
            # A key nobody can use says nothing about this principal.
            return True if actual.is_denied else None
