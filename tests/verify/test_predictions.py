"""Principals without credentials: predicted from policies and grants, and never called proven."""

import json
from collections.abc import Callable

from local_aws.process import Credentials
from tests.verify.world import FULL_ACCESS, World, declare, kinds, outcomes
from verify.principals import CredentialSources
from verify.report import Report

ITEM_CALLS = ("GetItem", "PutItem", "Query", "Scan")
READ_ONLY = ["dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"]
Verified = Callable[..., Report]
AsCaller = Callable[[Credentials | None], None]


def test_a_role_that_may_not_be_assumed_is_told_when_asked_for_and_predicted_when_declared(
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
    proof = verified(declare(table, key, {let_in.arn: "keyUser"}), require_proof=True)
    assert (kinds(proof), proof.verdict.exit_status) == ({"only-predicted"}, 2)


def test_who_is_named_in_the_key_policy_is_predicted_though_nobody_declared_it(
    world: World, verified: Verified
) -> None:
    stranger = world.user()
    key = world.key(stranger.arn)
    report = verified(declare(world.table(key), key))
    assert outcomes(report, stranger.arn) == dict.fromkeys(ITEM_CALLS, "allowed")
    assert kinds(report, stranger.arn) == {"undeclared-principal", "allowed-but-not-declared"}


def test_an_unusable_key_is_predicted_to_serve_nobody(world: World, verified: Verified) -> None:
    user = world.user()
    key = world.key(user.arn)
    table = world.table(key)
    world.client("kms").disable_key(KeyId=key)
    report = verified(declare(table, key, {user.arn: "keyUser"}))
    assert outcomes(report, user.arn) == dict.fromkeys(ITEM_CALLS, "key-disabled")


def test_a_grant_for_another_table_is_predicted_to_let_nobody_in(world: World, verified: Verified) -> None:
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


def test_another_account_is_predicted_from_the_key_policy(world: World, verified: Verified) -> None:
    other = "arn:aws:iam::444455556666:root"
    allow = {"Effect": "Allow", "Principal": {"AWS": other}, "Action": "kms:Decrypt", "Resource": "*"}
    open_key, closed_key = world.key(statements=(allow,)), world.key()
    report = verified(declare(world.table(open_key), open_key, {other: "otherAccount"}))
    assert (outcomes(report, other)["GetItem"], report.verdict.exit_status) == ("allowed", 0)
    report = verified(declare(world.table(closed_key), closed_key, {other: "otherAccount"}))
    assert kinds(report, other) == {"declared-but-denied"}
