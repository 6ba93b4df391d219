"""Table policies: the principals that they allow, deny or name."""

from collections.abc import Callable

import pytest

from encrypted_tables.verify.report.report import Report
from local.process import Credentials
from tests.verify.world import World, declare, kinds, outcomes

ITEM_CALLS = ("GetItem", "PutItem", "Query", "Scan")
Verified = Callable[..., Report]
AsCaller = Callable[[Credentials | None], None]


@pytest.mark.parametrize(
    ("effect", "managed_policy", "expected"),
    [
        ("Allow", None, "allowed"),
        ("Deny", "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess", "denied-by-iam"),
    ],
)
def test_predictions_from_a_table_policy_agree_with_proofs(
    world: World, verified: Verified, effect: str, managed_policy: str | None, expected: str
) -> None:
    user = world.user(policy=managed_policy)
    key = world.key(user.arn)
    table = world.table(key)
    world.table_policy(table, {"Effect": effect, "Principal": {"AWS": user.arn}, "Action": "dynamodb:*"})
    access = {user.arn: "keyUser"}
    predicted, proven = verified(declare(table, key, access)), verified(declare(table, key, access, user))
    assert outcomes(predicted, user.arn) == dict.fromkeys(ITEM_CALLS, expected)
    assert {call: outcomes(proven, user.arn)[call] for call in ITEM_CALLS} == outcomes(predicted, user.arn)
    assert predicted.verdict is proven.verdict


def test_a_table_policy_that_names_the_account_delegates_to_iam(world: World, verified: Verified) -> None:
    user = world.user(policy=None)
    key = world.key(user.arn)
    table = world.table(key)
    account = {"AWS": "arn:aws:iam::111122223333:root"}
    world.table_policy(table, {"Effect": "Allow", "Principal": account, "Action": "dynamodb:*"})
    report = verified(declare(table, key, {user.arn: "keyUser"}))
    assert outcomes(report, user.arn) == dict.fromkeys(ITEM_CALLS, "denied-by-iam")
    assert "undeclared-principal" not in kinds(report)


@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_an_unknown_condition_of_a_table_policy_is_cannot_tell(
    world: World, verified: Verified, effect: str
) -> None:
    policy = None if effect == "Allow" else "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
    user = world.user(policy=policy)
    key = world.key(user.arn)
    table = world.table(key)
    world.table_policy(
        table,
        {
            "Effect": effect,
            "Principal": {"AWS": user.arn},
            "Action": "dynamodb:*",
            "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
        },
    )
    report = verified(declare(table, key, {user.arn: "keyUser"}))
    assert outcomes(report, user.arn) == dict.fromkeys(ITEM_CALLS, "could-not-tell")


def test_an_undeclared_principal_of_a_table_policy_differs(world: World, verified: Verified) -> None:
    stranger = world.user()
    key = world.key()
    table = world.table(key)
    read = {"Effect": "Allow", "Principal": {"AWS": stranger.arn}, "Action": "dynamodb:GetItem"}
    world.table_policy(table, read)
    report = verified(declare(table, key))
    assert kinds(report, stranger.arn) == {"undeclared-principal"}
    assert outcomes(report, stranger.arn) == dict.fromkeys(ITEM_CALLS, "denied-by-kms")
    world.table_policy(table, {**read, "Principal": {"AWS": "arn:aws:iam::444455556666:role/app"}})
    other = {"arn:aws:iam::444455556666:root": "otherAccount"}
    assert "undeclared-principal" in kinds(verified(declare(table, key)))
    assert "undeclared-principal" not in kinds(verified(declare(table, key, other)))


def test_an_unreadable_table_policy_is_reported_and_not_used_for_predictions(
    world: World, verified: Verified, as_caller: AsCaller
) -> None:
    user, verifier = world.user(), world.user()
    names = ["kms:*", "iam:Get*", "iam:Simulate*"]
    world.user_policy(
        verifier,
        {"Effect": "Allow", "Action": names, "Resource": "*"},
        {"Effect": "Deny", "Action": "dynamodb:GetResourcePolicy", "Resource": "*"},
    )
    key = world.key(user.arn)
    table = world.table(key)
    as_caller(verifier.credentials)
    report = verified(declare(table, key, {user.arn: "keyUser"}))
    assert outcomes(report, user.arn) == dict.fromkeys(ITEM_CALLS, "could-not-tell")
    assert "dynamodb:GetResourcePolicy" in " ".join(
        f.text for f in report.findings if f.kind == "could-not-read"
    )
    assert report.verdict.exit_status == 2
