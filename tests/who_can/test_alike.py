"""Principals that policies treat alike share one evaluation, with the same answers as separate
evaluations.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from encrypted_tables.iam.answer import Answer
from encrypted_tables.iam.documents import Policy, Unreadable, read_document
from encrypted_tables.iam.evaluate import Identity, Resource, evaluate
from encrypted_tables.iam.grants import Grant
from encrypted_tables.iam.policy import Request
from encrypted_tables.iam.principals import Kind, Principal
from encrypted_tables.verify.collect.account import Account, Member
from encrypted_tables.verify.collect.organization import ControlPolicies, limited
from encrypted_tables.verify.predict.access import Caller, KeyFacts, TableFacts
from encrypted_tables.verify.predict.predict import caller_of_member
from encrypted_tables.who_can.evaluate import Subject, asked, controlled, row, rows, shared
from encrypted_tables.who_can.row import Row

ACCOUNT, REGION = "111122223333", "eu-central-1"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ACTIONS = (
    "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Put*", "dynamodb:*", "kms:Decrypt", "kms:*",
    "kms:CreateGrant", "iam:PutUserPolicy", "iam:Attach*", "s3:*", "*",
)  # fmt: skip
RESOURCES = (
    "*", TABLE, f"{TABLE}/index/*", KEY, f"arn:aws:kms:*:{ACCOUNT}:key/*", "arn:aws:s3:::*",
    "arn:aws:dynamodb:*:*:table/${aws:username}",
    "arn:aws:dynamodb:*:*:table/${aws:PrincipalTag/team, 'orders'}",
    f"arn:aws:iam::{ACCOUNT}:user/u1*", f"arn:aws:iam::{ACCOUNT}:role/*",
)  # fmt: skip
CONDITIONS: tuple[dict[str, Any] | None, ...] = (
    None, None, None,
    {"StringEquals": {"aws:PrincipalTag/team": "orders"}},
    {"StringNotEquals": {"aws:PrincipalTag/team": "${aws:PrincipalTag/name}"}},
    {"StringLike": {"aws:username": "u*2"}},
    {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/r1*"}},
    {"StringEquals": {"kms:ViaService": f"dynamodb.{REGION}.amazonaws.com"}},
    {"StringEquals": {"aws:RequestedRegion": "${aws:PrincipalTag/home}"}},
    {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}, "Bool": {"aws:SecureTransport": "true"}},
    {"NoSuchOperator": {"aws:username": "u1"}},
)  # fmt: skip


def a_statement(random: Random, **more: object) -> dict[str, Any]:
    statement = {
        "Effect": random.choices(["Allow", "Deny"], [5, 1])[0],
        random.choices(["Action", "NotAction"], [6, 1])[0]: random.sample(ACTIONS, random.randint(1, 3)),
        random.choices(["Resource", "NotResource"], [6, 1])[0]: random.sample(
            RESOURCES, random.randint(1, 2)
        ),
        **more,
    }
    condition = random.choice(CONDITIONS)
    return {**statement, "Condition": condition} if condition else statement


def a_policy(random: Random, label: str, **more: object) -> Policy:
    if random.random() < 0.05:
        return Unreadable("no text")
    version = random.choices(["2012-10-17", "2008-10-17"], [6, 1])[0]
    statements = [a_statement(random, **more) for _ in range(random.randint(1, 2))]
    return read_document({"Version": version, "Statement": statements}, label)


def a_member(random: Random, number: int, policies: Sequence[Policy]) -> Member:
    kind, name = (Kind.USER, f"u{number}") if number % 2 else (Kind.ROLE, f"r{number}")
    path = "aws-service-role/" if number % 10 == 4 else ""
    principal = Principal(kind, ACCOUNT, name, f"arn:aws:iam::{ACCOUNT}:{kind}/{path}{name}")
    own = [a_policy(random, f"policy own-{number % 3}")] if random.random() < 0.3 else []
    boundary = random.choice(policies) if random.random() < 0.2 else None
    identity = Identity((*own, *random.sample(policies, random.randint(0, 3))), boundary, is_whole=True)
    tags = {
        "team": random.choice(["orders", "bills"]),
        "name": name,
        "home": random.choice([REGION, "eu-west-1"]),
    }
    return Member(principal, identity, dict(random.sample(sorted(tags.items()), random.randint(0, 3))))


def a_world(seed: int) -> tuple[Account, Subject]:
    random = Random(seed)  # noqa: S311  # worlds, not secrets
    policies = [a_policy(random, f"policy shared-{number}") for number in range(6)]
    members = [a_member(random, number, policies) for number in range(60)]
    some = [one.principal.arn for one in random.sample(members, 4)]
    root = f"arn:aws:iam::{ACCOUNT}:root"
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/r2/session"

    def of_resource(label: str) -> Policy:
        element = random.choices(["Principal", "NotPrincipal"], [4, 1])[0]
        return a_policy(
            random, label, **{element: random.choice([{"AWS": some}, {"AWS": [root, session]}, "*"])}
        )

    grant = Grant(members[random.randrange(60)].principal, frozenset({"Decrypt"}), {}, {})
    account = Account(ACCOUNT, {one.principal: one for one in members})
    if random.random() < 0.5:
        account = limited(account, ControlPolicies(_levels(random), _levels(random, Principal="*")))
    key = KeyFacts(KEY, [of_resource("the key policy"), *_default(random)], [grant])
    return account, Subject(
        TableFacts("orders", TABLE, [of_resource("the table's policy")]), key, indexes=("i",)
    )


def _levels(random: Random, **more: object) -> tuple[tuple[Policy, ...], ...]:
    """Levels that allow everything but what one of their policies denies."""
    everything = read_document(
        {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}, "full access"
    )
    return tuple(
        (everything, a_policy(random, f"control policy {number}", **more))[: random.randint(1, 2)]
        for number in range(random.randint(0, 2))
    )


def _default(random: Random) -> list[Policy]:
    leaves_to_iam = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "kms:*", "Resource": "*"}
    return [read_document({"Statement": [leaves_to_iam]}, "the key policy")] if random.random() < 0.7 else []


def written(found: Row) -> str:
    """All of a row, the reasons included."""
    answers = [
        (one.grade, sorted(map(sorted, one.alternatives)), one.because) for one in found.answers.values()
    ]
    return json.dumps([found.principal.arn, answers])


@pytest.mark.parametrize("seed", range(40))
def test_a_shared_evaluation_gives_the_same_answers_as_separate_ones(seed: int) -> None:
    account, subject = a_world(seed)

    found = {one.principal: written(one) for one in rows(account, subject, NOW)}

    subject = controlled(account, subject)
    for member in account.members.values():
        assert found[member.principal] == written(row(caller_of_member(member), subject, NOW))


def test_principals_with_the_same_effect_share_one_evaluation_and_keep_their_own_reasons() -> None:
    account, subject = a_world(0)
    evaluated: list[Caller] = []
    members = []
    for number in range(100):
        own_table = f"arn:aws:dynamodb:*:{ACCOUNT}:table/app-{number}"
        statement = {
            "Effect": "Allow",
            "Action": ["dynamodb:*", "kms:*"],
            "Resource": [own_table, TABLE, KEY],
        }
        policy = read_document({"Statement": [statement]}, f"policy own-{number}")
        principal = Principal(Kind.ROLE, ACCOUNT, f"x{number}", f"arn:aws:iam::{ACCOUNT}:role/x{number}")
        members.append(Member(principal, Identity((policy,), is_whole=True), {"name": str(number)}))
    account = Account(ACCOUNT, {one.principal: one for one in members})
    subject = replace(subject, table=replace(subject.table, policies=[]), key=None)

    def evaluate_one(caller: Caller) -> Row:
        evaluated.append(caller)
        return row(caller, subject, NOW)

    found = [one.of(principal, reasons) for principal, one, reasons in shared(account, subject, evaluate_one)]

    assert len(evaluated) == 1
    assert [one.read.because[0] for one in found] == [f"statement 1 of policy own-{n}" for n in range(100)]


def test_sharing_covers_every_evaluated_request(monkeypatch: pytest.MonkeyPatch) -> None:
    account, subject = a_world(1)
    known = {
        (action, resource) for one in asked(subject) for action in one.actions for resource in one.resources
    }
    of_itself = {action for one in asked(subject) if TABLE not in one.resources for action in one.actions}
    requests: list[Request] = []

    def recorded(request: Request, resource: Resource, identity: Identity) -> Answer:
        requests.append(request)
        return evaluate(request, resource, identity)

    monkeypatch.setattr("encrypted_tables.verify.predict.access.evaluate", recorded)
    monkeypatch.setattr("encrypted_tables.who_can.evaluate.evaluate", recorded)
    list(rows(account, subject, NOW))

    assert requests
    for one in requests:
        assert (one.action, one.resource) in known or (
            one.resource == one.principal.arn and one.action in of_itself
        )
