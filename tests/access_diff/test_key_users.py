"""Key users who are added to or removed from a key policy gain or lose access."""

import pytest

from encrypted_tables.iam.actions import DECRYPT_ACTIONS
from tests.access_diff.samples import (
    ANN,
    BOB,
    DELEGATE,
    KEY_ID,
    MANAGE,
    ROOT,
    allow,
    changes,
    deny,
    diff_of,
    key,
    policy,
    resource,
    sentences,
    table,
)

TABLE, KEY = "table orders (us-east-1)", "key key of orders (us-east-1)"
NO_TABLE_POLICY = "the table has a resource policy that allows it (this stack sets none)"
LEFT_TO_IAM = ", unless its IAM policies allow kms:Decrypt: the key policy delegates to them"
SO_FAR = "(so far only if its IAM policies allow kms:Decrypt)"
EVERYONE = "every principal of 111122223333 that its own IAM policies allow"
USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]


def test_an_added_key_user_gains_read_and_write_of_the_table() -> None:
    before = [key(MANAGE), table()]
    after = [key(MANAGE, allow(USE, ANN)), table()]

    assert changes(before, after) == [
        f"{ANN} gains read and write: {TABLE}",
        f"{ANN} gains direct use of the key (decryption outside DynamoDB): {KEY}",
    ]


def test_a_removed_key_user_loses_read_and_write() -> None:
    before = [key(MANAGE, allow(USE, ANN)), table()]
    after = [key(MANAGE), table()]

    assert changes(before, after) == [
        f"{ANN} loses read and write: {TABLE}",
        f"{ANN} loses direct use of the key (decryption outside DynamoDB): {KEY}",
    ]


def test_the_same_policy_in_another_order_changes_nothing() -> None:
    before = [key(MANAGE, allow("kms:Decrypt", ANN, BOB)), table()]
    after = [key(allow(["kms:Decrypt"], BOB), allow("kms:decrypt", ANN), MANAGE), table()]

    diff = diff_of(before, after)

    assert (diff.verdict, diff.changes, diff.cannot_tell) == ("no change", (), ())


def test_a_user_removed_from_a_policy_that_delegates_may_still_have_access() -> None:
    before = [key(DELEGATE, allow("kms:Decrypt", ANN)), table()]
    after = [key(DELEGATE), table()]

    assert changes(before, after) == [
        f"{ANN} loses read and write{LEFT_TO_IAM}: {TABLE}",
        f"{ANN} loses direct use of the key (decryption outside DynamoDB){LEFT_TO_IAM}: {KEY}",
    ]


def test_delegation_to_iam_is_one_line_and_not_one_for_each_principal() -> None:
    readers = [allow("kms:DescribeKey", ANN, BOB)]
    before = [key(MANAGE, *readers), table()]
    after = [key(MANAGE, *readers, allow("kms:Decrypt", ROOT)), table()]

    diff = diff_of(before, after)

    assert sentences(diff) == [
        f"{EVERYONE} gains read and write: {TABLE}",
        f"{EVERYONE} gains direct use of the key (decryption outside DynamoDB): {KEY}",
    ]
    assert len([note for note in diff.notes if "delegates to IAM" in note]) == 1


def test_an_account_id_is_the_same_as_its_root_arn() -> None:
    before = [key(allow("kms:*", ROOT)), table()]
    after = [key(allow("kms:*", "111122223333")), table()]

    assert changes(before, after) == []


def test_an_added_key_administrator_gains_administration_and_no_items() -> None:
    before = [key(MANAGE), table()]
    after = [key(MANAGE, allow(["kms:Create*", "kms:Put*", "kms:Schedule*"], ANN)), table()]

    actions = "kms:PutKeyPolicy, kms:CreateGrant, kms:ScheduleKeyDeletion, kms:CreateAlias"
    assert changes(before, after) == [f"{ANN} gains administration of the key ({actions}): {KEY}"]


@pytest.mark.parametrize(
    "action",
    ["kms:ReplicateKey", "kms:DeleteImportedKeyMaterial", "kms:RetireGrant", "kms:UpdatePrimaryRegion"],
)
def test_other_actions_that_give_or_end_use_are_administration(action: str) -> None:
    before, after = [key(MANAGE), table()], [key(MANAGE, allow(action, BOB)), table()]

    assert changes(before, after) == [f"{BOB} gains administration of the key ({action}): {KEY}"]


def test_a_key_without_a_table_in_the_stack_is_reported() -> None:
    before, after = [key(DELEGATE)], [key(DELEGATE, allow("kms:*", BOB))]
    alone = "key key (no table of this stack)"

    assert changes(before, after) == [
        f"{BOB} gains direct use of the key (decryption outside DynamoDB) {SO_FAR}: {alone}",
        f"{BOB} gains administration of the key: {alone}",
    ]
    assert f"{BOB} loses administration of the key: {alone} (the key leaves)" in changes(after, [])


def test_create_grant_for_aws_services_only_is_not_administration() -> None:
    for_services = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    before = [key(MANAGE), table()]
    after = [key(MANAGE, allow("kms:CreateGrant", ANN, Condition=for_services)), table()]

    assert changes(before, after) == []


def test_a_new_denial_ends_the_access() -> None:
    before = [key(MANAGE, allow("kms:Decrypt", ANN)), table()]
    after = [key(MANAGE, allow("kms:Decrypt", ANN), deny("kms:*", ANN)), table()]

    assert changes(before, after)[0] == f"{ANN} loses read and write: {TABLE}"


def test_a_principal_that_only_a_denial_lists_is_reported() -> None:
    delegated, denied = [key(DELEGATE), table()], [key(DELEGATE, deny("kms:*", BOB)), table()]
    so_far = " (so far only if its IAM policies allow kms:Decrypt)"

    assert changes(delegated, denied) == [
        f"{BOB} loses read and write{so_far}: {TABLE}",
        f"{BOB} loses direct use of the key (decryption outside DynamoDB){so_far}: {KEY}",
        f"{BOB} loses administration of the key (so far only if its IAM policies allow it): {KEY}",
    ]


def test_a_removed_denial_gives_access_again() -> None:
    denied, delegated = [key(DELEGATE, deny("kms:*", BOB)), table()], [key(DELEGATE), table()]

    diff = diff_of(denied, delegated)

    assert diff.has_gains
    assert sentences(diff)[0] == f"{BOB} gains read and write, if its IAM policies allow kms:Decrypt: {TABLE}"


def test_denying_one_principal_where_all_are_allowed_ends_its_access() -> None:
    anyone = allow("kms:Decrypt", "*")
    before, after = [key(MANAGE, anyone), table()], [key(MANAGE, anyone, deny("kms:*", BOB)), table()]

    assert changes(before, after)[0] == f"{BOB} loses read and write: {TABLE}"
    assert changes(after, before)[0] == f"{BOB} gains read and write: {TABLE}"


def test_a_gain_of_one_principal_is_reported_beside_a_loss_of_its_account() -> None:
    office = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    before = [key(MANAGE, allow("kms:Decrypt", ROOT), deny("kms:*", BOB)), table()]
    after = [key(MANAGE, allow("kms:Decrypt", ROOT, Condition=office)), table()]

    found = changes(before, after)

    assert any(line.startswith(f"{EVERYONE} loses read and write, except where") for line in found)
    assert any(line.startswith(f"{BOB} gains read and write, if its IAM policies allow") for line in found)


def test_principals_that_not_principal_lists_keep_their_access() -> None:
    """All other principals lose it."""
    sparing = {"Effect": "Deny", "NotPrincipal": {"AWS": [BOB, ROOT]}, "Action": "kms:*", "Resource": "*"}
    before = [key(DELEGATE, allow("kms:Decrypt", ANN)), table()]
    after = [key(DELEGATE, allow("kms:Decrypt", ANN), sparing), table()]

    assert {line.split()[0] for line in changes(before, after)} == {ANN}


def test_not_action_is_understood() -> None:
    but_decrypt = {
        "Effect": "Allow",
        "Principal": {"AWS": ANN},
        "NotAction": list(DECRYPT_ACTIONS),
        "Resource": "*",
    }
    before = [key(MANAGE), table()]
    after = [key(MANAGE, but_decrypt), table()]

    assert changes(before, after) == [f"{ANN} gains administration of the key: {KEY}"]


def test_everyone_is_shown_as_anyone() -> None:
    before = [key(MANAGE), table()]
    after = [key(MANAGE, allow("kms:Decrypt", "*")), table()]

    assert f"anyone (*) gains read and write, where {NO_TABLE_POLICY}: {TABLE}" in changes(before, after)


def test_not_principal_allows_everyone_it_does_not_list() -> None:
    but_bob = {"Effect": "Allow", "NotPrincipal": {"AWS": BOB}, "Action": "kms:Decrypt", "Resource": "*"}
    before = [key(MANAGE), table()]
    after = [key(MANAGE, but_bob), table()]

    assert any(line.startswith("anyone (*) gains read and write, where") for line in changes(before, after))


def test_the_unique_id_of_a_deleted_user_matches_nobody() -> None:
    before = [key(MANAGE, allow("kms:Decrypt", "AIDAEXAMPLEEXAMPLE123")), table()]
    after = [key(MANAGE), table()]

    assert changes(before, after) == []


def test_a_role_covers_its_sessions() -> None:
    role = "arn:aws:iam::111122223333:role/app"
    session = "arn:aws:sts::111122223333:assumed-role/app/build"
    before = [key(MANAGE, allow("kms:Decrypt", role)), table()]
    after = [key(MANAGE, allow("kms:Decrypt", role, session)), table()]

    assert changes(before, after) == []


def test_a_key_policy_in_a_separate_resource_counts() -> None:
    def separate(*statements: dict[str, object]) -> dict[str, object]:
        inputs = {"keyId": KEY_ID, "policy": policy(*statements)}
        return resource("aws:kms/keyPolicy:KeyPolicy", "policy", inputs, {})

    before = [key(DELEGATE), separate(MANAGE), table()]
    after = [key(DELEGATE), separate(MANAGE, allow("kms:Decrypt", ANN)), table()]

    assert changes(before, after)[0] == f"{ANN} gains read and write: {TABLE}"
