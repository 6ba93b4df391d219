"""Tables and replicas that are created, deleted, moved or get another key."""

from tests.access_diff.samples import (
    ANN,
    APP,
    BOB,
    DELEGATE,
    KEY_ID,
    MANAGE,
    OTHER_KEY_ID,
    UNKNOWN,
    allow,
    attachment,
    changes,
    deny,
    diff_of,
    key,
    key_arn,
    new,
    plan,
    resource,
    sentences,
    table,
    table_arn,
    table_policy,
    user,
)

ANN_READS = allow("kms:Decrypt", ANN)


def test_the_readers_of_a_new_table_are_reported() -> None:
    created = [new(key(MANAGE, ANN_READS)), new(table(arn=UNKNOWN))]

    found = changes([], created, plan(orders=("serverSideEncryption", created[0])))

    assert f"{ANN} gains read and write: table orders (us-east-1) (the table is new)" in found


def test_without_the_plan_the_key_of_a_new_table_is_unknown() -> None:
    diff = diff_of([], [new(key(MANAGE, ANN_READS)), new(table(arn=UNKNOWN))])

    assert diff.verdict == "cannot tell"
    assert diff.cannot_tell == ("who can read orders (us-east-1): its key is known only after the update",)


def test_a_principal_that_only_a_denial_lists_is_reported() -> None:
    before = [key(DELEGATE), table(), table_policy(allow("dynamodb:GetItem", ANN))]
    after = [*before[:2], table_policy(allow("dynamodb:GetItem", ANN), deny("dynamodb:*", BOB))]
    limit = "if its IAM policies allow kms:Decrypt"

    assert changes(before, after) == [
        f"{BOB} loses read and write (so far only {limit}): table orders (us-east-1)"
    ]
    assert changes(after, before) == [f"{BOB} gains read and write, {limit}: table orders (us-east-1)"]


def test_a_table_policy_allows_a_role_of_its_account_that_is_outside_the_stack() -> None:
    before = [key(MANAGE, allow("kms:Decrypt", APP)), table()]

    assert changes(before, [*before, table_policy(allow("dynamodb:GetItem", APP))]) == [
        f"{APP} gains read: table orders (us-east-1) (unless IAM policies outside this stack give it as well)"
    ]


def test_deleting_a_table_ends_all_access() -> None:
    kept = key(MANAGE, ANN_READS)

    assert changes([kept, table(), table("invoices")], [kept, table("invoices")]) == [
        f"{ANN} loses read and write: table orders (us-east-1) (the table is deleted)"
    ]


def test_a_retained_table_changes_no_access() -> None:
    retained = [{**one, "retainOnDelete": True} for one in (key(MANAGE, ANN_READS), table())]

    diff = diff_of(retained, [])

    assert diff.changes == ()
    assert diff.notes == (
        "key leaves the stack and stays in AWS: access to it does not change.",
        "orders leaves the stack and stays in AWS: access to it does not change.",
    )


def test_another_key_with_other_users_is_a_gain_and_a_loss() -> None:
    keys = [
        key(MANAGE, ANN_READS, name="old"),
        key(MANAGE, allow("kms:Decrypt", BOB), name="new", key_id=OTHER_KEY_ID),
    ]

    found = changes([*keys, table()], [*keys, table(arn=key_arn(OTHER_KEY_ID))])

    because = "(its key changes from old to new)"
    assert found[:2] == [
        f"{ANN} loses read and write: table orders (us-east-1) {because}",
        f"{BOB} gains read and write: table orders (us-east-1) {because}",
    ]


def test_a_key_outside_the_stack_is_unknown() -> None:
    before = [key(MANAGE, ANN_READS), table()]
    elsewhere = "arn:aws:kms:us-east-1:111122223333:key/aaaabbbb-cccc-dddd-eeee-ffff00001111"

    diff = diff_of(before, [before[0], table(arn=elsewhere)])

    assert diff.cannot_tell == (
        f"who can read orders (us-east-1): the policy of its key {elsewhere} is not in this stack",
    )
    (sentence,) = sentences(diff)
    assert sentence == (
        f"{ANN} may keep read and write (cannot tell: the policy of its key {elsewhere} is not in "
        f"this stack): table orders (us-east-1) (its key changes from key to {elsewhere})"
    )


def test_without_a_customer_managed_key_iam_alone_decides() -> None:
    before = [key(MANAGE, ANN_READS), table(), user("bob"), attachment("bob")]
    owned = table()
    del owned["inputs"]["serverSideEncryption"], owned["outputs"]["serverSideEncryption"]

    found = changes(before, [before[0], owned, *before[2:]])

    because = "(its encryption changes from customer managed key to AWS owned key)"
    assert f"{BOB} gains read and write: table orders (us-east-1) {because}" in found
    assert any(line.startswith("every principal of 111122223333") for line in found)


def test_nobody_can_read_a_table_whose_key_is_deleted() -> None:
    before = [key(MANAGE, ANN_READS), table()]

    diff = diff_of(before, [table()])

    assert (
        f"{ANN} loses read and write: table orders (us-east-1) (its key is scheduled for deletion)"
        in sentences(diff)
    )
    assert diff.notes[0] == (
        "Nobody can read orders (us-east-1) after the update: its key key is scheduled for deletion."
    )


def test_nobody_can_read_a_table_whose_key_is_disabled() -> None:
    diff = diff_of(
        [key(MANAGE, ANN_READS), table()],
        [key(MANAGE, ANN_READS, isEnabled=False), table()],
    )

    assert f"{ANN} loses read and write: table orders (us-east-1)" in sentences(diff)
    assert diff.notes[0] == "Nobody can read orders (us-east-1) after the update: its key key is disabled."


def test_a_new_replica_is_a_gain_for_the_users_of_its_key() -> None:
    there = "eu-west-1"
    keys = [
        key(MANAGE, ANN_READS),
        key(MANAGE, ANN_READS, name="there", key_id=OTHER_KEY_ID, region=there),
    ]
    replica = {"regionName": there, "kmsKeyArn": key_arn(OTHER_KEY_ID, there)}

    found = changes([*keys, table()], [*keys, table(replicas=[replica])])

    assert found[0] == f"{ANN} gains read and write: table orders (eu-west-1) (the table is new)"


def test_a_replica_in_a_separate_resource_counts() -> None:
    there = "eu-west-1"
    keys = [
        key(MANAGE, ANN_READS),
        key(MANAGE, ANN_READS, name="there", key_id=OTHER_KEY_ID, region=there),
    ]
    inputs = {"globalTableArn": table_arn(), "kmsKeyArn": key_arn(OTHER_KEY_ID, there), "region": there}
    replica = resource("aws:dynamodb/tableReplica:TableReplica", "replica", inputs, {})

    found = changes([*keys, table()], [*keys, table(), replica])

    assert found[0] == f"{ANN} gains read and write: table orders (eu-west-1) (the table is new)"


def test_a_renamed_resource_for_the_same_table_changes_nothing() -> None:
    kept = key(DELEGATE, ANN_READS)
    moved = {**table(), "urn": "urn:pulumi:dev::encrypted-tables::aws:dynamodb/table:Table::other-name"}

    assert changes([kept, table()], [kept, moved]) == []


def test_a_key_is_found_by_its_alias() -> None:
    alias = resource("aws:kms/alias:Alias", "alias", {"name": "alias/orders", "targetKeyId": KEY_ID}, {})
    before = [key(MANAGE), alias, table(arn="alias/orders")]
    after = [key(MANAGE, ANN_READS), alias, table(arn="alias/orders")]

    assert changes(before, after)[1] == (
        f"{ANN} gains direct use of the key (decryption outside DynamoDB): "
        "key alias/orders of orders (us-east-1)"
    )


def test_the_aws_managed_key_is_recognised_by_the_inputs_of_the_program() -> None:
    """AWS returns the ARN of that key as of any other."""
    managed = table()
    managed["inputs"]["serverSideEncryption"] = {"enabled": True}
    managed["outputs"]["serverSideEncryption"] = {"enabled": True, "kmsKeyArn": key_arn("aws-managed")}

    assert diff_of([managed, user("ann")], [managed, user("ann")]).verdict == "no change"
    assert changes([managed], [key(MANAGE), table()])[0].endswith(
        "(its encryption changes from AWS managed key to customer managed key)"
    )
