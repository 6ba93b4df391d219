"""Which key policies KMS accepts, and which principals they mean."""

import json
from typing import Any

import pytest

from local.process import LocalAws, running
from tests.local.emulator.resources import (
    ACCOUNT,
    ROOT,
    allow,
    error_of,
    make_key,
    make_user,
    policy,
    statement,
)

MALFORMED = "MalformedPolicyDocumentException"
INVALID_PRINCIPALS = "Policy contains a statement with one or more invalid principals."
NOBODY = f"arn:aws:iam::{ACCOUNT}:user/nobody"


def without(element: str) -> dict[str, Any]:
    """A statement that lacks an element."""
    return {name: value for name, value in statement(ROOT).items() if name != element}


REFUSED: dict[str, tuple[str, str, str]] = {
    "no JSON": ("{", MALFORMED, "Policy contains invalid Json"),
    "a list": ("[]", MALFORMED, "Policy contains invalid Json"),
    "no statement": ('{"Version": "2012-10-17", "Statement": []}', MALFORMED, "Policy contains no statement"),
    "another version": (
        '{"Version": "2020-01-01", "Statement": []}',
        MALFORMED,
        "Policy contains an invalid version",
    ),
    "no effect": (policy(without("Effect")), MALFORMED, "Policy contains a statement with an invalid effect"),
    "no action": (policy(without("Action")), MALFORMED, "Policy statement must contain actions."),
    "no resource": (policy(without("Resource")), MALFORMED, "Policy statement must contain resources."),
    "a key's ARN as resource": (
        policy(statement(ROOT, Resource=f"arn:aws:kms:us-east-1:{ACCOUNT}:key/*")),
        MALFORMED,
        "Policy statement must contain resources.",
    ),
    "no principal": (policy(without("Principal")), MALFORMED, "Policy statement must contain principals."),
    "a user who is not": (policy(statement(NOBODY)), MALFORMED, INVALID_PRINCIPALS),
    "a role that is not": (
        policy(statement(f"arn:aws:iam::{ACCOUNT}:role/nobody")),
        MALFORMED,
        INVALID_PRINCIPALS,
    ),
    "a session of a role that is not": (
        policy(statement(f"arn:aws:sts::{ACCOUNT}:assumed-role/nobody/session")),
        MALFORMED,
        INVALID_PRINCIPALS,
    ),
    "a group": (policy(statement(f"arn:aws:iam::{ACCOUNT}:group/readers")), MALFORMED, INVALID_PRINCIPALS),
    "a unique id": (policy(statement("AIDAQ3EGNPEXAMPLE1234")), MALFORMED, INVALID_PRINCIPALS),
    "a wildcard in an ARN": (
        policy(statement(f"arn:aws:iam::{ACCOUNT}:user/*")),
        MALFORMED,
        INVALID_PRINCIPALS,
    ),
    "no text but a name": (policy({**statement(ROOT), "Principal": "me"}), MALFORMED, INVALID_PRINCIPALS),
    "an unknown operator": (
        policy(statement(ROOT, Condition={"StringSame": {"kms:CallerAccount": ACCOUNT}})),
        MALFORMED,
        "Policy contains a statement with an invalid condition operator",
    ),
    "nobody who could change it": (
        policy(statement(ROOT, action="kms:Decrypt"), root=False),
        MALFORMED,
        "The new key policy will not allow you to update the key policy in the future.",
    ),
    "a character above U+00FF": (
        policy(statement(ROOT, Sid="€")).replace("\\u20ac", "€"),
        "ValidationException",
        "1 validation error",
    ),
    "more than 32,768 bytes": (policy(*[statement(ROOT)] * 400), "LimitExceededException", "Policy exceeds"),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("operation", ["CreateKey", "PutKeyPolicy"])
def test_kms_refuses_a_policy_with(aws: LocalAws, case: str, operation: str) -> None:
    text, code, message = REFUSED[case]
    kms = aws.client("kms")

    if operation == "CreateKey":
        error = error_of(kms.create_key, Policy=text)
    else:
        error = error_of(kms.put_key_policy, KeyId=make_key(aws), Policy=text)

    assert error.code == code
    assert error.message.startswith(message)


def test_the_lockout_check_can_be_bypassed(aws: LocalAws) -> None:
    key = make_key(aws)
    text = policy(statement(ROOT, action="kms:Decrypt"), root=False)

    aws.client("kms").put_key_policy(KeyId=key, Policy=text, BypassPolicyLockoutSafetyCheck=True)

    assert error_of(aws.client("kms").get_key_policy, KeyId=key).code == "AccessDeniedException"
    assert error_of(aws.client("kms", aws.root).describe_key, KeyId=key).code == "AccessDeniedException"


def test_a_refused_policy_leaves_the_old_one(aws: LocalAws) -> None:
    key = make_key(aws)
    kms = aws.client("kms")
    before = kms.get_key_policy(KeyId=key)["Policy"]

    error_of(kms.put_key_policy, KeyId=key, Policy="{")

    assert kms.get_key_policy(KeyId=key)["Policy"] == before


def test_a_policy_without_account_ids_is_stored_unchanged(aws: LocalAws) -> None:
    text = json.dumps(json.loads(policy(statement("*", action="kms:DescribeKey"))), indent=2)
    key = aws.client("kms").create_key(Policy=text)["KeyMetadata"]["Arn"]

    assert aws.client("kms").get_key_policy(KeyId=key)["Policy"] == text


def test_an_account_id_comes_back_as_the_arn_of_its_root(aws: LocalAws) -> None:
    key = make_key(aws, statement("444455556666", action="kms:Decrypt"))

    kept = json.loads(aws.client("kms").get_key_policy(KeyId=key)["Policy"])

    assert kept["Statement"][1]["Principal"]["AWS"] == ["arn:aws:iam::444455556666:root"]


def test_without_a_policy_a_key_gets_the_one_that_delegates_to_the_account(aws: LocalAws) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]

    [only] = json.loads(aws.client("kms").get_key_policy(KeyId=key)["Policy"])["Statement"]

    assert (only["Principal"], only["Action"]) == ({"AWS": ROOT}, "kms:*")


def test_only_the_policy_named_default_exists(aws: LocalAws) -> None:
    error = error_of(
        aws.client("kms").put_key_policy, KeyId=make_key(aws), PolicyName="mine", Policy=policy()
    )

    assert error.code == "NotFoundException"


def test_conditions_can_check_the_deletion_window(aws: LocalAws) -> None:
    someone = make_user(aws)
    condition = {"NumericGreaterThanEquals": {"kms:ScheduleKeyDeletionPendingWindowInDays": "30"}}
    key = make_key(aws, statement(someone.arn, action="kms:ScheduleKeyDeletion", Condition=condition))
    kms = aws.client("kms", someone.credentials)

    assert (
        error_of(kms.schedule_key_deletion, KeyId=key, PendingWindowInDays=7).code == "AccessDeniedException"
    )
    assert kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=30)["KeyState"] == "PendingDeletion"


def test_a_condition_can_deny_bypassing_the_lockout_check(aws: LocalAws) -> None:
    deny = statement(
        ROOT,
        action="kms:PutKeyPolicy",
        Effect="Deny",
        Condition={"Bool": {"kms:BypassPolicyLockoutSafetyCheck": "true"}},
    )
    key = make_key(aws, deny)
    kms = aws.client("kms")

    error = error_of(kms.put_key_policy, KeyId=key, Policy=policy(), BypassPolicyLockoutSafetyCheck=True)

    assert "with an explicit deny" in error.message
    kms.put_key_policy(KeyId=key, Policy=policy())


def test_conditions_can_check_the_tags_of_the_key(aws: LocalAws) -> None:
    someone = make_user(aws)
    condition = {"StringEquals": {"aws:ResourceTag/team": "orders"}}
    allow(aws, someone, "kms:DescribeKey", Condition=condition)
    mine = make_key(aws, Tags=[{"TagKey": "team", "TagValue": "orders"}])
    other = make_key(aws, Tags=[{"TagKey": "team", "TagValue": "billing"}])
    kms = aws.client("kms", someone.credentials)

    assert kms.describe_key(KeyId=mine)["KeyMetadata"]["Arn"] == mine
    # AmazonDynamoDBFullAccess has kms:DescribeKey itself
    aws.client("iam").detach_user_policy(
        UserName=someone.name, PolicyArn="arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
    )
    assert kms.describe_key(KeyId=mine)["KeyMetadata"]["Arn"] == mine
    assert error_of(kms.describe_key, KeyId=other).code == "AccessDeniedException"


def test_kms_can_be_set_to_see_new_users_late() -> None:
    """As on AWS, where IAM is eventually consistent."""
    with running(iam_propagation_seconds=60) as aws:
        text = policy(statement(make_user(aws).arn, action="kms:Decrypt"))

        error = error_of(aws.client("kms").create_key, Policy=text)
        assert (error.code, error.message) == (MALFORMED, INVALID_PRINCIPALS)

        aws.let_pass(60)
        aws.client("kms").create_key(Policy=text)
