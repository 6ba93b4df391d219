"""What a preview cannot know is reported as unknown, never as "no change"."""

import pytest

from tests.access_diff.samples import (
    ACCOUNT,
    ANN,
    BOB,
    DELEGATE,
    MANAGE,
    OTHER_ACCOUNT,
    OTHER_KEY_ID,
    UNKNOWN,
    allow,
    diff_of,
    key,
    key_arn,
    policy,
    resource,
    sentences,
    table,
    table_arn,
    table_policy,
)


def unknown_policy(value: object) -> dict[str, object]:
    changed = key(MANAGE)
    changed["inputs"]["policy"] = value
    return changed


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (UNKNOWN, "known only after the update"),
        ("[secret]", "a secret, which a preview does not show"),
        ({"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}, "a secret"),
        ("{not JSON", "not JSON"),
        ('"text"', "not a policy document"),
    ],
    ids=["unknown", "secret text", "secret", "not JSON", "no document"],
)
def test_a_key_policy_that_cannot_be_read_is_reported(value: object, reason: str) -> None:
    diff = diff_of([key(MANAGE, allow("kms:Decrypt", ANN)), table()], [unknown_policy(value), table()])

    assert diff.verdict == "cannot tell"
    assert reason in diff.cannot_tell[0]
    start = f"{ANN} may keep read and write"
    assert [line for line in sentences(diff) if line.startswith(start)] != []


def test_a_key_that_may_be_disabled_is_reported() -> None:
    reads = allow("kms:Decrypt", ANN)

    found = sentences(
        diff_of([key(MANAGE, reads), table()], [key(MANAGE, reads, isEnabled=UNKNOWN), table()])
    )

    assert found[0] == (
        f"{ANN} may keep read and write (cannot tell: whether key is enabled): table orders (us-east-1)"
    )


def test_an_unknown_separate_key_policy_is_reported() -> None:
    separate = resource("aws:kms/keyPolicy:KeyPolicy", "policy", {"keyId": UNKNOWN, "policy": policy()}, {})

    diff = diff_of([key(DELEGATE), table()], [key(DELEGATE), separate, table()])

    assert diff.cannot_tell == ("policy (KeyPolicy): its key is known only after the update",)


ELSEWHERE = key_arn(OTHER_KEY_ID)


def key_policy(*statements: dict[str, object], of: str = ELSEWHERE) -> dict[str, object]:
    inputs = {"keyId": of, "policy": policy(*statements)}
    return resource("aws:kms/keyPolicy:KeyPolicy", "policy", inputs, {})


def test_a_changed_policy_of_a_key_outside_the_stack_is_evaluated() -> None:
    here = table(arn=ELSEWHERE)
    before, after = [here, key_policy(DELEGATE)], [here, key_policy(DELEGATE, allow("kms:*", BOB))]

    diff = diff_of(before, after)

    assert diff.cannot_tell == ()
    assert sentences(diff)[0] == (
        f"{BOB} gains read and write (so far only if its IAM policies allow kms:Decrypt): "
        "table orders (us-east-1)"
    )
    assert diff_of(after, after).verdict == "no change"


def test_the_first_policy_of_a_key_outside_the_stack_is_unknown() -> None:
    here = [table(arn=ELSEWHERE)]
    there = [*here, key_policy(allow("kms:*", BOB))]

    assert sentences(diff_of(here, there))[0] == (
        f"{BOB} may gain read and write (cannot tell: "
        f"the policy of {ELSEWHERE}: not in this stack): table orders (us-east-1)"
    )
    assert diff_of(there, here).verdict == "cannot tell"


def test_a_key_that_leaves_the_stack_while_its_policy_stays_is_the_same_key() -> None:
    before = [key(DELEGATE), table()]
    after = [key_policy(DELEGATE, of=key_arn()), table()]
    before[0]["retainOnDelete"] = True

    assert sentences(diff_of(before, after)) == []


def test_the_policy_of_a_key_given_only_by_its_id_is_reported() -> None:
    here = [table(arn=ELSEWHERE)]

    assert diff_of(here, [*here, key_policy(allow("kms:*", BOB), of=OTHER_KEY_ID)]).cannot_tell == (
        f"policy (KeyPolicy): its key is {OTHER_KEY_ID}, which is not in this stack",
    )


@pytest.mark.parametrize(
    "arn",
    [table_arn("invoices"), table_arn().replace(ACCOUNT, OTHER_ACCOUNT)],
    ids=["another table", "another account"],
)
def test_the_policy_of_a_table_outside_the_stack_is_reported(arn: str) -> None:
    here = [key(MANAGE, allow("kms:Decrypt", "*")), table()]
    open_to_all = table_policy(allow("dynamodb:*", "*"))
    open_to_all["inputs"]["resourceArn"] = open_to_all["outputs"]["resourceArn"] = arn

    for before, after in ((here, [*here, open_to_all]), ([*here, open_to_all], here)):
        assert diff_of(before, after).cannot_tell == (
            f"orders-policy (ResourcePolicy): {arn} is not a table of this stack",
        )


def test_the_policy_of_an_unknown_table_is_reported() -> None:
    inputs = {"resourceArn": UNKNOWN, "policy": policy()}
    of_unknown_table = resource("aws:dynamodb/resourcePolicy:ResourcePolicy", "policy", inputs, {})

    diff = diff_of([key(DELEGATE), table()], [key(DELEGATE), table(), of_unknown_table])

    assert diff.cannot_tell == ("policy (ResourcePolicy): its table is known only after the update",)


def test_a_value_that_stays_unknown_is_no_change() -> None:
    elsewhere = table(arn="arn:aws:kms:us-east-1:111122223333:key/aaaabbbb-cccc-dddd-eeee-ffff00001111")

    assert diff_of([elsewhere], [elsewhere]).verdict == "no change"


def test_an_attachment_to_an_unknown_principal_is_reported() -> None:
    inputs = {"user": UNKNOWN, "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
    attached = resource("aws:iam/userPolicyAttachment:UserPolicyAttachment", "attached", inputs, {})

    diff = diff_of([key(DELEGATE), table()], [key(DELEGATE), table(), attached])

    assert diff.cannot_tell == ("who gets the policies of attached: known only after the update",)
