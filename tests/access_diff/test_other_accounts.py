"""Another account needs both the key policy and a policy of the table."""

from tests.access_diff.samples import (
    MANAGE,
    OTHER_ACCOUNT,
    allow,
    changes,
    deny,
    diff_of,
    key,
    table,
    table_policy,
)

OTHER_ROOT = f"arn:aws:iam::{OTHER_ACCOUNT}:root"
READER = f"arn:aws:iam::{OTHER_ACCOUNT}:role/reader"
TABLE = "table orders (us-east-1)"
READS = ["dynamodb:GetItem", "dynamodb:Query"]


def test_another_account_without_a_table_policy_has_conditional_access() -> None:
    diff = diff_of([key(MANAGE), table()], [key(MANAGE, allow("kms:Decrypt", OTHER_ROOT)), table()])

    assert [c.after.details for c in diff.changes if c.access == "read"] == [
        ("the table has a resource policy that allows it (this stack sets none)",)
    ]
    assert (
        f"Account {OTHER_ACCOUNT} has the access as a whole: its administrators choose which of its "
        "principals get it." in diff.notes
    )


def test_a_role_of_another_account_gains_read_by_both_policies() -> None:
    before = [key(MANAGE, allow("kms:Decrypt", READER)), table(), table_policy()]
    after = [key(MANAGE, allow("kms:Decrypt", READER)), table(), table_policy(allow(READS, READER))]

    assert changes(before, after) == [f"{READER} gains read, if its IAM policies allow kms:Decrypt: {TABLE}"]


def test_a_table_policy_without_access_to_the_key_gives_no_items() -> None:
    before = [key(MANAGE), table(), table_policy()]
    after = [key(MANAGE), table(), table_policy(allow(READS, READER))]

    assert changes(before, after) == []


def test_a_denial_in_the_table_policy_ends_the_access() -> None:
    users = key(MANAGE, allow("kms:Decrypt", "arn:aws:iam::111122223333:role/app"))
    after = [users, table(), table_policy(deny("dynamodb:*", "*"))]

    assert changes([users, table()], after) == [
        f"arn:aws:iam::111122223333:role/app loses read and write: {TABLE}"
    ]


def test_an_aws_managed_key_never_allows_another_account() -> None:
    encryption = {"enabled": True}
    managed = table(serverSideEncryption=encryption)

    assert changes([managed, table_policy()], [managed, table_policy(allow(READS, READER))]) == []


def test_a_table_policy_that_allows_only_reading_is_no_loss_of_write_for_another_account() -> None:
    before = [key(MANAGE, allow("kms:Decrypt", OTHER_ROOT)), table()]
    reads = table_policy(allow(READS, OTHER_ROOT))

    assert [one.partition(":")[2] for one in changes([*before, reads], before)] != []
    assert [line.split(OTHER_ACCOUNT)[1] for line in changes(before, [*before, reads])] == [
        " that its own IAM policies allow gains read: table orders (us-east-1)"
    ]
