"""The parts of IAM that the project relies on."""

import json

import pytest

from local.process import LocalAws
from tests.local.emulator.resources import FULL_ACCESS, error_of, make_user, name

PASSWORD = "Corr3ct-horse"
OWN = {"Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*"}


def test_the_deployer_is_the_user_named_owner(aws: LocalAws) -> None:
    arn = aws.client("sts").get_caller_identity()["Arn"]

    assert arn == f"arn:aws:iam::{aws.account_id}:user/owner"


def test_a_user_can_be_deleted_only_after_its_keys_and_policies(aws: LocalAws) -> None:
    iam, user = aws.client("iam"), make_user(aws)
    iam.create_login_profile(UserName=user.name, Password=PASSWORD)
    iam.put_user_policy(
        UserName=user.name,
        PolicyName="own",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [OWN]}),
    )
    named = {"UserName": user.name}

    for remove, arguments in [
        (iam.delete_login_profile, {}),
        (iam.delete_user_policy, {"PolicyName": "own"}),
        (iam.detach_user_policy, {"PolicyArn": FULL_ACCESS}),
        (iam.delete_access_key, {"AccessKeyId": user.credentials.access_key_id}),
    ]:
        assert error_of(iam.delete_user, **named).code == "DeleteConflict"
        remove(**named, **arguments)
    iam.delete_user(**named)
    assert error_of(iam.get_user, **named).code == "NoSuchEntity"


def test_the_access_key_of_a_deleted_user_is_invalid(aws: LocalAws) -> None:
    user, iam = make_user(aws), aws.client("iam")
    iam.detach_user_policy(UserName=user.name, PolicyArn=FULL_ACCESS)
    iam.delete_access_key(UserName=user.name, AccessKeyId=user.credentials.access_key_id)
    iam.delete_user(UserName=user.name)

    error = error_of(aws.client("sts", user.credentials).get_caller_identity)

    assert error.code == "InvalidClientTokenId"


def test_a_user_has_at_most_two_access_keys(aws: LocalAws) -> None:
    user, iam = make_user(aws), aws.client("iam")
    iam.create_access_key(UserName=user.name)

    assert error_of(iam.create_access_key, UserName=user.name).code == "LimitExceeded"


@pytest.mark.parametrize("password", ["Sh0rt-a", "all-lower-case"])
def test_a_password_that_is_too_weak_is_refused(aws: LocalAws, password: str) -> None:
    user = make_user(aws)

    error = error_of(aws.client("iam").create_login_profile, UserName=user.name, Password=password)

    assert error.code == "PasswordPolicyViolation"


def test_a_login_profile_states_whether_the_password_must_be_reset(aws: LocalAws) -> None:
    user, iam = make_user(aws), aws.client("iam")
    iam.create_login_profile(UserName=user.name, Password=PASSWORD, PasswordResetRequired=False)

    assert iam.get_login_profile(UserName=user.name)["LoginProfile"]["PasswordResetRequired"] is False


@pytest.mark.parametrize(
    ("operation", "field"),
    [
        ("list_mfa_devices", "MFADevices"),
        ("list_signing_certificates", "Certificates"),
        ("list_ssh_public_keys", "SSHPublicKeys"),
        ("list_service_specific_credentials", "ServiceSpecificCredentials"),
    ],
)
def test_a_new_user_has_empty_lists_of_keys_and_policies(aws: LocalAws, operation: str, field: str) -> None:
    user = make_user(aws)

    assert getattr(aws.client("iam"), operation)(UserName=user.name)[field] == []


def test_calls_for_administrators_are_denied_to_others(aws: LocalAws) -> None:
    user = make_user(aws)

    error = error_of(aws.client("iam", user.credentials).create_user, UserName=name("user"))

    assert (error.code, error.status) == ("AccessDenied", 403)
    assert error.message.startswith(
        f"User: {user.arn} is not authorized to perform: iam:CreateUser on resource: "
    )


def test_amazon_dynamodb_full_access_allows_describing_keys_but_not_decrypting(aws: LocalAws) -> None:
    iam = aws.client("iam")
    version = iam.get_policy(PolicyArn=FULL_ACCESS)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=FULL_ACCESS, VersionId=version)["PolicyVersion"]["Document"]
    actions = [action for one in document["Statement"] for action in one["Action"]]

    assert {"dynamodb:*", "kms:DescribeKey", "kms:ListAliases"} <= set(actions)
    assert not [action for action in actions if action in ("kms:Decrypt", "kms:*", "*")]


def test_the_policy_simulator_answers_for_identity_policies(aws: LocalAws) -> None:
    user = make_user(aws)

    results = aws.client("iam").simulate_principal_policy(
        PolicySourceArn=user.arn, ActionNames=["dynamodb:GetItem", "kms:Decrypt"]
    )["EvaluationResults"]

    assert [one["EvalDecision"] for one in results] == ["allowed", "implicitDeny"]
