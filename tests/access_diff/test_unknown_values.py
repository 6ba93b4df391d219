"""What a preview cannot know is told as such, and never as "no change"."""

import pytest

from tests.access_diff.samples import (
    ANN,
    DELEGATE,
    MANAGE,
    UNKNOWN,
    allow,
    diff_of,
    key,
    policy,
    resource,
    sentences,
    table,
)


def unknown_policy(value: object) -> dict[str, object]:
    made = key(MANAGE)
    made["inputs"]["policy"] = value
    return made


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (UNKNOWN, "known only after the update"),
        ("[secret]", "a secret, which a preview does not show"),
        ({"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}, "a secret"),
        ("{not JSON", "not JSON"),
        ('"text"', "not a policy document"),
    ],
    ids=["unknown", "secret text", "secret", "not JSON", "no document"],
)
def test_a_key_policy_that_cannot_be_read_is_told(value: object, words: str) -> None:
    diff = diff_of([key(MANAGE, allow("kms:Decrypt", ANN)), table()], [unknown_policy(value), table()])

    assert diff.verdict == "cannot tell"
    assert words in diff.cannot_tell[0]
    said = f"{ANN} cannot tell whether it keeps read and write"
    assert [line for line in sentences(diff) if line.startswith(said)] != []


def test_a_separate_key_policy_that_is_unknown_is_told() -> None:
    separate = resource("aws:kms/keyPolicy:KeyPolicy", "policy", {"keyId": UNKNOWN, "policy": policy()}, {})

    diff = diff_of([key(DELEGATE), table()], [key(DELEGATE), separate, table()])

    assert diff.cannot_tell == ("policy (KeyPolicy): its key is known only after the update",)


def test_a_policy_of_a_table_that_is_unknown_is_told() -> None:
    inputs = {"resourceArn": UNKNOWN, "policy": policy()}
    unplaced = resource("aws:dynamodb/resourcePolicy:ResourcePolicy", "policy", inputs, {})

    diff = diff_of([key(DELEGATE), table()], [key(DELEGATE), table(), unplaced])

    assert diff.cannot_tell == ("policy (ResourcePolicy): its table is not known yet",)


def test_what_was_unknown_before_and_stays_so_is_no_change() -> None:
    elsewhere = table(arn="arn:aws:kms:us-east-1:111122223333:key/aaaabbbb-cccc-dddd-eeee-ffff00001111")

    assert diff_of([elsewhere], [elsewhere]).verdict == "no change"


def test_an_attachment_to_somebody_unknown_is_told() -> None:
    inputs = {"user": UNKNOWN, "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
    attached = resource("aws:iam/userPolicyAttachment:UserPolicyAttachment", "attached", inputs, {})

    diff = diff_of([key(DELEGATE), table()], [key(DELEGATE), table(), attached])

    assert diff.cannot_tell == ("attached: it is not known yet to whom it gives a policy",)
