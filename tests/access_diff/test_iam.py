"""IAM policies of the stack: access to DynamoDB alone does not give access to the data."""

import pytest

from encrypted_tables.iam.copies import KEY_UNDOCUMENTED
from tests.access_diff.samples import (
    ANN,
    APP,
    DELEGATE,
    FULL_ACCESS,
    MANAGE,
    UNKNOWN,
    allow,
    attachment,
    changes,
    deny,
    diff_of,
    key,
    policy,
    resource,
    sentences,
    table,
    table_arn,
    user,
    user_policy,
)

TABLE = "table orders (us-east-1)"
EVERYTHING = "read, write, copying of items elsewhere and administration of the table"


def test_full_access_to_dynamodb_gives_no_items_without_the_key() -> None:
    before = [key(DELEGATE), table(), user("ann")]

    diff = diff_of(before, [*before, attachment("ann")])

    assert sentences(diff) == [
        f"{ANN} may gain copying of items elsewhere (cannot tell: {KEY_UNDOCUMENTED}): {TABLE}",
        f"{ANN} gains administration of the table: {TABLE}",
    ]
    assert diff.notes[0] == (
        f"{ANN} gets DynamoDB permissions on orders (us-east-1) but cannot read or write items: "
        "it has no permission to use the key (kms:Decrypt)."
    )


def test_full_access_gives_the_items_to_a_key_user() -> None:
    before = [key(MANAGE, allow("kms:Decrypt", ANN)), table(), user("ann")]

    assert changes(before, [*before, attachment("ann")]) == [f"{ANN} gains {EVERYTHING}: {TABLE}"]


def test_read_only_access_gives_a_key_user_only_read() -> None:
    before = [key(MANAGE, allow("kms:Decrypt", ANN)), table(), user("ann")]
    read_only = attachment("ann", "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess")

    assert changes(before, [*before, read_only]) == [f"{ANN} gains read: {TABLE}"]


def test_decrypt_in_an_iam_policy_counts_where_the_key_policy_delegates() -> None:
    here = [table(), user("ann"), attachment("ann")]
    decrypt = user_policy("ann", allow("kms:Decrypt"))

    assert changes([key(DELEGATE), *here], [key(DELEGATE), *here, decrypt])[0] == (
        f"{ANN} gains read and write: {TABLE}"
    )
    assert changes([key(MANAGE), *here], [key(MANAGE), *here, decrypt]) == []


def test_administrator_access_gives_access_where_the_key_policy_delegates() -> None:
    before = [key(DELEGATE), table(), user("ann")]
    administrator = attachment("ann", "arn:aws:iam::aws:policy/AdministratorAccess")

    found = changes(before, [*before, administrator])

    assert found[0] == f"{ANN} gains {EVERYTHING}: {TABLE}"
    assert found[-1].startswith(f"{ANN} gains administration of the key")


def test_a_key_user_without_dynamodb_permissions_gains_only_use_of_the_key() -> None:
    before = [key(MANAGE), table(), user("ann")]
    after = [key(MANAGE, allow("kms:Decrypt", ANN)), table(), user("ann")]

    assert changes(before, after)[0] == (
        f"{ANN} gains use of the key (no items yet: DynamoDB permissions are missing): {TABLE}"
    )


def test_a_new_or_deleted_user_gains_or_loses_its_access() -> None:
    here = [key(MANAGE, allow("kms:Decrypt", ANN)), table()]
    there = [*here, user("ann"), attachment("ann")]

    assert changes(here, there)[0] == f"{ANN} gains {EVERYTHING}: {TABLE}"
    assert changes(there, here)[0] == f"{ANN} loses {EVERYTHING}: {TABLE}"


def test_a_new_or_deleted_user_without_permissions_changes_nothing() -> None:
    here = [key(DELEGATE), table()]

    assert changes(here, [*here, user("ann")]) == changes([*here, user("ann")], here) == []


def test_a_denial_in_an_iam_policy_wins_over_the_key_policy() -> None:
    before = [key(MANAGE, allow("kms:Decrypt", ANN)), table(), user("ann"), attachment("ann")]

    found = changes(before, [*before, user_policy("ann", deny("kms:Decrypt"))])

    assert found[0] == f"{ANN} loses read and write: {TABLE}"


INDEXES = [{"name": "by-date"}, {"name": UNKNOWN}]
OF_INDEX = resource(
    "aws:dynamodb/globalSecondaryIndex:GlobalSecondaryIndex",
    "by-day",
    {"tableName": "orders", "indexName": "by-day"},
    {},
)


@pytest.mark.parametrize(
    ("created", "index"),
    [
        ([table(globalSecondaryIndexes=INDEXES[:1])], "*"),
        ([table(globalSecondaryIndexes=INDEXES[:1])], "by-date"),
        ([table(localSecondaryIndexes=INDEXES[:1])], "by-date"),
        ([table(globalSecondaryIndexes=INDEXES[1:])], "*"),
        ([table(), OF_INDEX], "by-day"),
    ],
    ids=["any", "global", "local", "unknown", "separate resource"],
)
def test_a_query_of_an_index_reads_the_table(created: list[dict[str, object]], index: str) -> None:
    before = [key(MANAGE, allow("kms:Decrypt", ANN)), *created, user("ann")]
    of_index = {**allow("dynamodb:Query"), "Resource": f"{table_arn()}/index/{index}"}

    assert changes(before, [*before, user_policy("ann", of_index)]) == [f"{ANN} gains read: {TABLE}"]


def test_permissions_on_a_missing_index_give_no_access() -> None:
    before = [key(MANAGE, allow("kms:Decrypt", ANN)), table(), user("ann")]
    of_index = user_policy("ann", {**allow("dynamodb:Query"), "Resource": f"{table_arn()}/index/*"})
    after = [before[0], table(globalSecondaryIndexes=INDEXES[:1]), user("ann"), of_index]

    assert changes(before, [*before, of_index]) == []
    assert changes([*before, of_index], after) == [f"{ANN} gains read: {TABLE}"]


def test_a_policy_for_another_table_gives_no_access() -> None:
    before = [key(MANAGE, allow("kms:Decrypt", ANN)), table(), user("ann")]
    other = {**allow("dynamodb:*"), "Resource": "arn:aws:dynamodb:*:*:table/invoices"}

    assert changes(before, [*before, user_policy("ann", other)]) == []


def test_a_managed_policy_of_the_stack_is_read() -> None:
    before = [key(MANAGE, allow("kms:Decrypt", ANN)), table(), user("ann")]
    arn = "arn:aws:iam::111122223333:policy/reader"
    reader = resource(
        "aws:iam/policy:Policy", "reader", {"policy": policy(allow("dynamodb:GetItem"))}, {"arn": arn}
    )

    assert changes(before, [*before, reader, attachment("ann", arn)]) == [f"{ANN} gains read: {TABLE}"]


def test_a_member_has_the_policies_of_its_group() -> None:
    before = [key(MANAGE, allow("kms:Decrypt", ANN)), table(), user("ann"), attachment("staff", kind="group")]
    member = resource(
        "aws:iam/userGroupMembership:UserGroupMembership", "m", {"user": "ann", "groups": ["staff"]}, {}
    )

    assert changes(before, [*before, member]) == [f"{ANN} gains {EVERYTHING}: {TABLE}"]


def test_a_policy_whose_text_is_not_in_the_stack_may_allow() -> None:
    before = [key(MANAGE, allow("kms:Decrypt", ANN)), table(), user("ann")]
    arn = "arn:aws:iam::111122223333:policy/somewhere-else"

    diff = diff_of(before, [*before, attachment("ann", arn)])

    assert diff.verdict == "cannot tell"
    assert sentences(diff)[0] == (
        f"{ANN} may gain read and write (cannot tell: a policy it has: "
        f"the text of {arn} is not in the preview): {TABLE}"
    )


def test_a_policy_whose_text_is_not_in_the_stack_may_deny() -> None:
    arn = "arn:aws:iam::111122223333:policy/somewhere-else"
    other = {**attachment("ann", arn), "urn": attachment("ann")["urn"] + "-2"}
    before = [key(MANAGE), table(), user("ann"), attachment("ann"), other]
    after = [key(MANAGE, allow("kms:Decrypt", ANN)), *before[1:]]

    assert sentences(diff_of(before, after))[0] == (
        f"{ANN} may gain read and write (cannot tell: a policy it has: "
        f"the text of {arn} is not in the preview): {TABLE}"
    )
    assert sentences(diff_of(after, before))[0].startswith(f"{ANN} may lose")


def test_a_policy_that_is_known_only_after_the_update_is_unknown() -> None:
    before = [key(MANAGE, allow("kms:Decrypt", ANN)), table(), user("ann")]
    unknown = resource("aws:iam/userPolicy:UserPolicy", "later", {"user": "ann", "policy": UNKNOWN}, {})

    assert diff_of(before, [*before, unknown]).verdict == "cannot tell"


def test_a_permissions_boundary_is_a_condition() -> None:
    bounded = user("ann")
    bounded["inputs"]["permissionsBoundary"] = "arn:aws:iam::111122223333:policy/boundary"
    before = [key(MANAGE, allow("kms:Decrypt", ANN)), table(), bounded]

    assert changes(before, [*before, user_policy("ann", allow("dynamodb:*Item"))]) == [
        f"{ANN} gains read and write, where its permissions boundary does not stop it: {TABLE}"
    ]


def role(**inputs: object) -> dict[str, object]:
    return resource("aws:iam/role:Role", "app", {"name": "app", **inputs}, {"arn": APP})


def trust(principal: object) -> str:
    return policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal})


def test_a_changed_trust_policy_of_a_role_with_access_is_unknown() -> None:
    def stack(*statements: dict[str, object], principal: object) -> list[dict[str, object]]:
        app = role(inlinePolicies=[policy(allow("dynamodb:*Item"))], assumeRolePolicy=trust(principal))
        return [key(MANAGE, *statements), table(), app]

    reads, service = allow("kms:Decrypt", APP), {"Service": "lambda.amazonaws.com"}
    reason = f"who gains or loses the access of {APP}: its trust policy changes"

    opened = diff_of(stack(reads, principal=service), stack(reads, principal="*"))
    assert (opened.verdict, opened.cannot_tell) == ("cannot tell", (reason,))
    assert diff_of(stack(principal=service), stack(principal="*")).verdict == "no change"


def test_the_policies_of_a_role_are_read() -> None:
    before = [key(MANAGE, allow("kms:Decrypt", APP)), table(), role()]
    after = [*before[:2], role(managedPolicyArns=[FULL_ACCESS])]

    assert changes(before, after) == [f"{APP} gains {EVERYTHING}: {TABLE}"]
