"""Grants as KMS lists them: for whom, and for which encryption context."""

import pytest

from encrypted_tables.verify.predict.grants import decryption_granted, grant_of
from encrypted_tables.verify.predict.key_policy import encryption_context
from encrypted_tables.verify.predict.policy import Decision

ACCOUNT = "111122223333"
READER = f"arn:aws:iam::{ACCOUNT}:role/reader"
OF_TABLE = {"aws:dynamodb:tableName": "orders"}
WHOLE = {**OF_TABLE, "aws:dynamodb:subscriberId": ACCOUNT}


def granted(
    grantee: str = READER, operation: str = "Decrypt", constraints: dict[str, dict[str, str]] | None = None
) -> Decision:
    entry = {
        "GrantId": "1",
        "GranteePrincipal": grantee,
        "Operations": [operation],
        "Constraints": {f"EncryptionContext{name}": pairs for name, pairs in (constraints or {}).items()},
    }
    return decryption_granted([grant_of(entry)], READER, encryption_context("orders", ACCOUNT))


@pytest.mark.parametrize(
    ("constraints", "expected"),
    [
        ({}, Decision.ALLOWED),
        ({"Subset": OF_TABLE}, Decision.ALLOWED),
        ({"Subset": {**OF_TABLE, "app": "x"}}, Decision.NOT_ALLOWED),
        ({"Subset": {"aws:dynamodb:tableName": "invoices"}}, Decision.NOT_ALLOWED),
        ({"Equals": WHOLE}, Decision.ALLOWED),
        ({"Equals": OF_TABLE}, Decision.NOT_ALLOWED),
    ],
)
def test_a_grant_is_for_the_encryption_contexts_that_meet_its_constraints(
    constraints: dict[str, dict[str, str]], expected: Decision
) -> None:
    assert expected is granted(constraints=constraints)


def test_a_grant_is_for_its_grantee_and_its_operations() -> None:
    assert granted(f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/session") is Decision.ALLOWED
    assert granted(f"arn:aws:iam::{ACCOUNT}:role/writer") is Decision.NOT_ALLOWED
    assert granted(operation="Encrypt") is Decision.NOT_ALLOWED


def test_whom_of_an_account_its_grant_lets_in_is_not_known() -> None:
    assert granted(f"arn:aws:iam::{ACCOUNT}:root") is Decision.UNKNOWN
    assert granted("arn:aws:iam::444455556666:root") is Decision.NOT_ALLOWED
