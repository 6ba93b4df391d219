"""Policies that the stack attaches to roles and groups of other stacks."""

import pytest

from tests.access_diff.samples import (
    ANN,
    APP,
    DELEGATE,
    MANAGE,
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
    user,
)

TABLE = "table orders (us-east-1)"


def role_policy(*statements: dict[str, object]) -> dict[str, object]:
    inputs = {"role": "app", "policy": policy(*statements)}
    return resource("aws:iam/rolePolicy:RolePolicy", "app-policy", inputs, {})


def group_policy(*statements: dict[str, object]) -> dict[str, object]:
    inputs = {"group": "devs", "policy": policy(*statements)}
    return resource("aws:iam/groupPolicy:GroupPolicy", "devs-policy", inputs, {})


DEVS = "every member of arn:aws:iam::111122223333:group/devs"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
SO_FAR = "(so far only if its IAM policies allow kms:Decrypt)"
OUTSIDE = "unless IAM policies outside this stack give it as well"


@pytest.mark.parametrize(
    "attached",
    [
        role_policy(allow("dynamodb:GetItem")),
        attachment("app", READ_ONLY, "role"),
    ],
    ids=["inline", "attached"],
)
def test_a_policy_for_a_role_of_another_stack_is_reported(attached: dict[str, object]) -> None:
    before = [key(MANAGE, allow("kms:Decrypt", APP)), table()]

    assert changes(before, [*before, attached]) == [f"{APP} gains read: {TABLE} ({OUTSIDE})"]
    assert changes([*before, attached], before) == [f"{APP} loses read: {TABLE} ({OUTSIDE})"]


def test_a_session_has_the_policies_of_its_role() -> None:
    session = "arn:aws:sts::111122223333:assumed-role/app/build"
    before = [key(MANAGE, allow("kms:Decrypt", session)), table()]

    diff = diff_of(before, [*before, role_policy(allow("dynamodb:GetItem"))])

    assert sentences(diff) == [
        f"{APP} gains read, where the session is {session}: {TABLE} ({OUTSIDE})",
        f"{session} gains read: {TABLE} ({OUTSIDE})",
    ]
    assert [note for note in diff.notes if "but cannot read" in note] == []


def test_dynamodb_permissions_are_reported_where_iam_may_allow_use_of_the_key() -> None:
    before = [key(DELEGATE), table()]

    assert changes(before, [*before, role_policy(allow("dynamodb:*Item"))]) == [
        f"{APP} gains read and write, if its IAM policies allow kms:Decrypt: {TABLE} ({OUTSIDE})"
    ]


def test_a_policy_for_other_services_changes_nothing_for_a_role_of_another_stack() -> None:
    before = [key(DELEGATE, allow("kms:Decrypt", APP)), table()]

    diff = diff_of(before, [*before, role_policy(allow("s3:*"))])

    assert (diff.verdict, diff.notes) == ("no change", ())


@pytest.mark.parametrize(
    "attached",
    [group_policy(allow("*")), attachment("devs", ADMINISTRATOR, "group")],
    ids=["inline", "attached"],
)
def test_a_policy_for_a_group_is_reported_for_its_members(attached: dict[str, object]) -> None:
    before = [key(DELEGATE), table()]

    found = changes(before, [*before, attached])

    assert found[0] == f"{DEVS} gains read and write {SO_FAR}: {TABLE}"
    assert found[-1].startswith(f"{DEVS} gains administration of the key")
    assert changes([*before, attached], before)[0].startswith(f"{DEVS} loses read and write")


def test_dynamodb_permissions_of_a_group_reach_key_users_who_are_members() -> None:
    before = [key(MANAGE, allow("kms:Decrypt", ANN)), table()]

    assert changes(before, [*before, group_policy(allow("dynamodb:GetItem"))]) == [
        f"{DEVS} gains read, where the member is a user who can use the key: {TABLE} ({OUTSIDE})"
    ]


def test_a_new_member_of_a_group_of_another_stack_is_unknown() -> None:
    before = [key(DELEGATE), table(), user("ann")]
    inputs = {"user": "ann", "groups": ["admins"]}
    member = resource("aws:iam/userGroupMembership:UserGroupMembership", "m", inputs, {})

    assert changes(before, [*before, member])[0] == (
        f"{ANN} may gain read and write (cannot tell: a policy it has: "
        f"the policies of group admins are not in this stack): {TABLE}"
    )


def test_a_new_member_of_a_group_without_policies_gains_nothing() -> None:
    group = resource("aws:iam/group:Group", "admins", {"name": "admins"}, {})
    before = [key(DELEGATE), table(), user("ann"), group]
    inputs = {"user": "ann", "groups": ["admins"]}
    member = resource("aws:iam/userGroupMembership:UserGroupMembership", "m", inputs, {})

    assert diff_of(before, [*before, member]).verdict == "no change"


def test_a_group_is_reported_only_when_its_own_policies_change() -> None:
    before = [key(DELEGATE), table(), group_policy(allow("*"))]
    after = [key(DELEGATE, allow("kms:Decrypt", ANN)), *before[1:]]

    assert [line for line in changes(before, after) if line.startswith(DEVS)] == []


def test_a_denial_for_a_role_of_another_stack_counts() -> None:
    before = [key(MANAGE, allow("kms:Decrypt", APP)), table()]
    denial = resource(
        "aws:iam/rolePolicy:RolePolicy", "denial", {"role": "app", "policy": policy(deny("dynamodb:*"))}, {}
    )

    assert changes(before, [*before, denial]) == [f"{APP} loses read and write: {TABLE}"]
