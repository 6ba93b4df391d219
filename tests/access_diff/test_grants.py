"""Grants give access that no key policy shows."""

import pytest

from tests.access_diff.samples import (
    ANN,
    DELEGATE,
    MANAGE,
    OTHER_KEY_ID,
    ROOT,
    UNKNOWN,
    attachment,
    changes,
    deny,
    diff_of,
    grant,
    key,
    key_arn,
    table,
    user,
)

READS_AND_WRITES = f"{ANN} gains read and write: table orders (us-east-1)"


def test_a_new_grant_gives_the_access() -> None:
    before = [key(MANAGE), table()]

    assert READS_AND_WRITES in changes(before, [*before, grant(ANN, "Decrypt")])


def test_retiring_a_grant_ends_the_access() -> None:
    after = [key(MANAGE), table()]

    assert changes([*after, grant(ANN, "Decrypt")], after)[0] == (
        f"{ANN} loses read and write: table orders (us-east-1)"
    )


def test_a_denial_in_the_key_policy_wins_over_a_grant() -> None:
    granted = [table(), grant(ANN, "Decrypt")]
    denied = [key(MANAGE, deny("kms:Decrypt", ANN)), *granted]

    assert changes([key(MANAGE), *granted], denied)[0] == (
        f"{ANN} loses read and write: table orders (us-east-1)"
    )
    assert changes(denied[:2], denied) == []


def test_a_grant_to_an_account_covers_all_its_principals() -> None:
    before = [key(MANAGE), table()]

    assert changes(before, [*before, grant(ROOT, "Decrypt")])[0] == (
        "every principal of 111122223333 that its own IAM policies allow gains read and write: "
        "table orders (us-east-1)"
    )


def test_a_grant_for_other_operations_gives_no_items() -> None:
    before = [key(MANAGE), table()]

    assert changes(before, [*before, grant(ANN, "DescribeKey", "Encrypt")]) == []


@pytest.mark.parametrize(
    ("constraint", "gains"),
    [
        ({"encryptionContextSubset": {"aws:dynamodb:tableName": "orders"}}, True),
        ({"encryptionContextSubset": {"aws:dynamodb:tableName": "invoices"}}, False),
        ({"encryptionContextEquals": {"aws:dynamodb:tableName": "orders"}}, False),
        (
            {
                "encryptionContextEquals": {
                    "aws:dynamodb:tableName": "orders",
                    "aws:dynamodb:subscriberId": "111122223333",
                }
            },
            True,
        ),
    ],
)
def test_the_constraint_of_a_grant_is_the_encryption_context(
    constraint: dict[str, object],
    gains: bool,
) -> None:
    before = [key(MANAGE), table()]
    found = changes(before, [*before, grant(ANN, "Decrypt", constraints=[constraint])])

    assert (READS_AND_WRITES in found) is gains


def test_a_grant_on_an_unknown_key_is_reported() -> None:
    before = [key(DELEGATE), table()]

    diff = diff_of(before, [*before, grant(ANN, "Decrypt", keyId=UNKNOWN)])

    assert diff.cannot_tell == ("grant (Grant): its key is known only after the update",)


def test_a_changed_grant_on_a_key_of_another_stack_is_unknown() -> None:
    elsewhere = key_arn(OTHER_KEY_ID)
    here = [key(DELEGATE), table(arn=elsewhere)]
    granted = [*here, grant(ANN, "Decrypt", keyId=elsewhere)]
    more = [*here, grant(ANN, "Decrypt", "Encrypt", keyId=elsewhere)]

    for before, after in ((here, granted), (granted, here), (granted, more)):
        assert diff_of(before, after).cannot_tell == (
            f"grant (Grant): its key is {elsewhere}, which is not in this stack",
        )
    assert diff_of(granted, granted).verdict == "no change"


def test_a_grant_to_an_unknown_grantee_is_reported() -> None:
    before = [key(DELEGATE), table()]

    diff = diff_of(before, [*before, grant(UNKNOWN, "Decrypt")])

    assert diff.cannot_tell == ("grant (Grant): its grantee is known only after the update",)


def test_notes_stay_correct_beside_a_grant_to_an_unknown_grantee() -> None:
    """The user gets DynamoDB permissions, and perhaps the grant as well."""
    before = [key(DELEGATE), table()]

    diff = diff_of(before, [*before, user("ann"), attachment("ann"), grant(UNKNOWN, "Decrypt")])

    assert [note for note in diff.notes if "still cannot read" in note] == []
