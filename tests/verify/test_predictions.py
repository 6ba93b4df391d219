"""Principals without credentials: predicted from policies and grants, and never called proven."""

import json
from collections.abc import Callable

import pytest

from encrypted_tables.verify.collect.credentials import CredentialSources
from encrypted_tables.verify.report.report import Report
from local.process import Credentials
from tests.verify.world import FULL_ACCESS, World, declare, decrypt_of_organisation, kinds, outcomes

ITEM_CALLS = ("GetItem", "PutItem", "Query", "Scan")
READ_ONLY = ["dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"]
Verified = Callable[..., Report]
AsCaller = Callable[[Credentials | None], None]


def test_a_declared_role_that_cannot_be_assumed_is_predicted_and_a_requested_one_is_reported(
    world: World, verified: Verified
) -> None:
    role = world.role()
    nobody = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    world.client("iam").update_assume_role_policy(
        RoleName=role.rsplit("/", 1)[-1], PolicyDocument=json.dumps(nobody)
    )
    key = world.key(role)
    table = world.table(key)
    outputs = declare(table, key, {role: "keyUser"})
    assert {cell.basis for cell in verified(outputs).access if cell.principal == role} == {"predicted"}
    assert verified(outputs).verdict.exit_status == 0
    asked = verified(outputs, sources=CredentialSources(assume_roles=(role,)))
    assert kinds(asked) == {"credentials-unusable"}


def test_a_principal_without_credentials_is_predicted_and_never_proven(
    world: World, verified: Verified
) -> None:
    let_in, kept_out, delegated = world.user(), world.user(), world.user()
    world.user_policy(delegated, {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"})
    key = world.key(let_in.arn)
    table = world.table(key)
    access = {let_in.arn: "keyUser", kept_out.arn: "keyUser", delegated.arn: "keyUser"}
    report = verified(declare(table, key, access))
    assert outcomes(report, let_in.arn) == dict.fromkeys(ITEM_CALLS, "allowed")
    assert outcomes(report, kept_out.arn) == dict.fromkeys(ITEM_CALLS, "denied-by-kms")
    assert outcomes(report, delegated.arn) == dict.fromkeys(ITEM_CALLS, "allowed")
    assert {c.basis for c in report.access if c.principal in access} == {"predicted"}
    assert kinds(report, kept_out.arn) == {"declared-but-denied"}
    assert kinds(report, let_in.arn) == set()
    can_read = {let_in.arn: "keyUser", delegated.arn: "keyUser"}
    proof = verified(declare(table, key, can_read), require_proof=True)
    assert (kinds(proof), proof.verdict.exit_status) == ({"only-predicted"}, 2)


def test_an_undeclared_principal_of_the_key_policy_is_predicted(world: World, verified: Verified) -> None:
    stranger = world.user()
    key = world.key(stranger.arn)
    report = verified(declare(world.table(key), key))
    assert outcomes(report, stranger.arn) == dict.fromkeys(ITEM_CALLS, "allowed")
    assert kinds(report, stranger.arn) == {"undeclared-principal", "allowed-but-not-declared"}


def test_nobody_is_predicted_to_read_with_an_unusable_key(world: World, verified: Verified) -> None:
    user = world.user()
    key = world.key(user.arn)
    table = world.table(key)
    world.client("kms").disable_key(KeyId=key)
    report = verified(declare(table, key, {user.arn: "keyUser"}))
    assert outcomes(report, user.arn) == dict.fromkeys(ITEM_CALLS, "key-disabled")


def test_a_grant_for_another_table_is_predicted_to_give_no_access(world: World, verified: Verified) -> None:
    user = world.user()
    key = world.key()
    table = world.table(key)
    grant = {"KeyId": key, "GranteePrincipal": user.arn, "Operations": ["Decrypt"]}
    context = {"aws:dynamodb:tableName": "invoices"}
    world.client("kms").create_grant(**grant, Constraints={"EncryptionContextSubset": context})
    outputs = declare(table, key, {user.arn: "keyUser"})
    assert outcomes(verified(outputs), user.arn) == dict.fromkeys(ITEM_CALLS, "denied-by-kms")
    world.client("kms").create_grant(
        **grant, Constraints={"EncryptionContextSubset": {"aws:dynamodb:tableName": table}}
    )
    assert outcomes(verified(outputs), user.arn) == dict.fromkeys(ITEM_CALLS, "allowed")


DENY = {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*"}


@pytest.mark.parametrize(
    ("constraints", "by_key_policy", "by_iam"),
    [
        ({}, True, False),
        ({}, False, True),
        ({"EncryptionContextSubset": {"app": "x"}}, False, False),
        ({"EncryptionContextEquals": {"aws:dynamodb:subscriberId": "111122223333"}}, False, False),
    ],
)
def test_a_grant_is_predicted_to_allow_only_its_grantee_unless_denied(
    world: World, verified: Verified, constraints: dict[str, object], by_key_policy: bool, by_iam: bool
) -> None:
    user = world.user()
    if by_iam:
        world.user_policy(user, DENY)
    key = world.key(statements=({**DENY, "Principal": {"AWS": user.arn}},) if by_key_policy else ())
    table = world.table(key)
    world.client("kms").create_grant(
        KeyId=key, GranteePrincipal=user.arn, Operations=["Decrypt"], Constraints=constraints
    )
    access = {user.arn: "keyUser"}
    predicted = outcomes(verified(declare(table, key, access)), user.arn)
    proven = outcomes(verified(declare(table, key, access, user)), user.arn)
    assert predicted["GetItem"] == proven["GetItem"] == "denied-by-kms"


def test_unreadable_grants_are_cannot_tell(world: World, verified: Verified, as_caller: AsCaller) -> None:
    user, verifier = world.user(), world.user(policy=None)
    names = ["dynamodb:*", "kms:Describe*", "kms:Get*", "kms:ListAliases", "iam:Get*", "iam:Simulate*"]
    world.user_policy(verifier, {"Effect": "Allow", "Action": names, "Resource": "*"})
    key = world.key()
    table = world.table(key)
    as_caller(verifier.credentials)
    report = verified(declare(table, key, {user.arn: "keyUser"}))
    assert outcomes(report, user.arn) == dict.fromkeys(ITEM_CALLS, "could-not-tell")


def test_an_unknown_condition_is_not_a_denial_where_the_key_policy_delegates_to_iam(
    world: World, verified: Verified
) -> None:
    user = world.user()
    key = world.key(statements=(decrypt_of_organisation(user.arn),))
    report = verified(declare(world.table(key), key, {user.arn: "keyUser"}))
    assert outcomes(report, user.arn) == dict.fromkeys(ITEM_CALLS, "could-not-tell")
    assert kinds(report) == {"access-unknown"}


def test_predictions_agree_with_proofs(world: World, verified: Verified) -> None:
    """Each user is predicted without its credentials and then proven with them."""
    users = [world.user(policy=policy) for policy in (FULL_ACCESS, FULL_ACCESS, None, None, FULL_ACCESS)]
    world.user_policy(users[3], {"Effect": "Allow", "Action": READ_ONLY, "Resource": "*"})
    world.user_policy(users[4], {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*"})
    key = world.key(users[0].arn, users[2].arn, users[3].arn, users[4].arn)
    table = world.table(key)
    access = {user.arn: "keyUser" for user in users}
    predicted = verified(declare(table, key, access))
    for user in users:
        proven = outcomes(verified(declare(table, key, access, user)), user.arn)
        proven.pop("DescribeTable")
        assert outcomes(predicted, user.arn) == proven


@pytest.mark.parametrize("named", ["arn:aws:iam::444455556666:root", "arn:aws:iam::444455556666:role/app"])
def test_another_account_needs_both_the_key_policy_and_the_table_policy(
    world: World, verified: Verified, named: str
) -> None:
    other = "arn:aws:iam::444455556666:root"
    decrypt = {"Effect": "Allow", "Principal": {"AWS": other}, "Action": "kms:Decrypt", "Resource": "*"}
    read = {"Effect": "Allow", "Principal": {"AWS": named}, "Action": ["dynamodb:GetItem", "dynamodb:Query"]}
    found = {}
    for has_key in (True, False):
        for has_table in (True, False):
            key = world.key(statements=(decrypt,) if has_key else ())
            table = world.table(key)
            if has_table:
                world.table_policy(table, read)
            report = verified(declare(table, key, {other: "otherAccount"}))
            found[has_key, has_table] = (outcomes(report, other)["GetItem"], report.verdict.exit_status)
    assert found == {
        (True, True): ("allowed", 0),
        (True, False): ("denied-by-iam", 1),
        (False, True): ("denied-by-kms", 1),
        (False, False): ("denied-by-iam", 1),
    }
