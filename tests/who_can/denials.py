"""Random accounts in which a principal is often denied, by one gate or by several."""

from random import Random
from typing import Any

from tests.verify.world import ACCOUNT, REGION
from tests.who_can.account_state import ROOT, Identity, State, Statement, arn_of, document

USERS = tuple(f"user-{number}" for number in range(4))
ROLES = ("role-1", "role-2")
GROUPS = ("group-1", "group-2")
BOUNDARIES = ("boundary-1", "boundary-2")
_READS = ("dynamodb:GetItem", "dynamodb:*", "dynamodb:Get*", "*", "dynamodb:Scan", "s3:*")
_DECRYPTS = ("kms:Decrypt", "kms:*", "kms:Describe*")


def random_account(random: Random, table: str) -> tuple[State, str, dict[str, Any] | None]:
    """A state, the principal in question, and its session policy, if any."""
    principal = random.choice((*USERS, *ROLES))
    state = State(
        table,
        {name: _identity(random, table) for name in (*USERS, *ROLES)},
        {group: {f"of-{group}": document(_statement(random, table))} for group in GROUPS},
        {name: _boundary(random, table) for name in BOUNDARIES},
        [_of_key(random, principal) for _ in range(random.choice([0, 0, 1, 2]))],
        [_of_table(random, principal, table) for _ in range(random.choice([0, 0, 1, 2]))],
        [_grant(random, principal, table) for _ in range(random.choice([0, 0, 0, 1]))],
        random.random() > 0.08,
        random.choice(["strict", "console"]),
        [f"user/{name}" for name in random.sample(USERS, random.choice([0, 0, 1]))],
    )
    for role in ROLES:
        state.identities[role].groups = []
    session = None
    if principal in ROLES and random.random() < 0.3:
        session = document(*(_statement(random, table) for _ in range(random.choice([1, 2]))))
    return state, principal, session


def _identity(random: Random, table: str) -> Identity:
    inline = {
        f"policy-{number}": document(*(_statement(random, table) for _ in range(random.choice([1, 1, 2, 3]))))
        for number in range(random.choice([0, 1, 1, 2]))
    }
    boundary = random.choice(["", "", *BOUNDARIES])
    return Identity(inline, boundary, random.sample(GROUPS, random.choice([0, 0, 1])))


def _boundary(random: Random, table: str) -> dict[str, Any]:
    broad = {"Effect": "Allow", "Action": random.choice(["*", "dynamodb:*"]), "Resource": "*"}
    more = [_statement(random, table)] if random.random() < 0.4 else []
    return document(broad, *more)


def _statement(random: Random, table: str) -> Statement:
    """A statement of an identity policy."""
    made: Statement = {
        "Effect": random.choices(["Allow", "Deny"], [4, 1])[0],
        "Action": _actions(random, (*_READS, *_DECRYPTS)),
        "Resource": random.choice(["*", "*", "*", _arn(table), _arn(f"{table[:-1]}*"), _arn("other")]),
    }
    if random.random() < 0.1:
        made["NotAction"] = made.pop("Action")
    if random.random() < 0.1:
        made["NotResource"] = made.pop("Resource")
    return _conditioned(random, made)


def _actions(random: Random, choices: tuple[str, ...]) -> Any:  # noqa: ANN401  # one string or a list
    chosen = random.sample(choices, random.choice([1, 1, 2, 3]))
    return chosen[0] if len(chosen) == 1 and random.random() < 0.5 else chosen


def _conditioned(random: Random, statement: Statement) -> Statement:
    conditions: list[Statement] = [
        {"StringEquals": {"aws:RequestedRegion": random.choice([REGION, "eu-west-1"])}},
        {
            "StringEquals": {
                "kms:ViaService": f"dynamodb.{random.choice([REGION, 'eu-west-1'])}.amazonaws.com"
            }
        },
        {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:user/*"}},
        {"ArnNotEquals": {"aws:PrincipalArn": arn_of(random.choice(USERS))}},
        {"Bool": {"aws:SecureTransport": "false"}},
        {"StringEquals": {"aws:PrincipalAccount": random.choice([ACCOUNT, "444455556666"])}},
    ]
    return {**statement, "Condition": random.choice(conditions)} if random.random() < 0.25 else statement


def _principal(random: Random, principal: str) -> Any:  # noqa: ANN401  # an element of a policy
    others = [arn_of(name) for name in random.sample(USERS, 2)]
    return random.choice(
        [{"AWS": arn_of(principal)}, {"AWS": [arn_of(principal), *others]}, {"AWS": others}, "*"]
    )


def _of_key(random: Random, principal: str) -> Statement:
    """A statement of the key policy. Denials exempt the account's root, so that the key can be managed."""
    effect = random.choice(["Allow", "Deny"])
    made = _conditioned(
        random,
        {
            "Effect": effect,
            "Principal": _principal(random, principal),
            "Action": _actions(random, ("kms:Decrypt", "kms:Encrypt", "kms:Decrypt*", "kms:GenerateDataKey")),
            "Resource": "*",
        },
    )
    if effect == "Deny" and random.random() < 0.2:
        del made["Principal"]
        made["NotPrincipal"] = {"AWS": [ROOT, arn_of(random.choice(USERS))]}
    return made


def _of_table(random: Random, principal: str, table: str) -> Statement:
    """A statement of the table policy. The caller, the owner, can always describe the table."""
    return _conditioned(
        random,
        {
            "Effect": random.choice(["Allow", "Deny", "Deny"]),
            "Principal": _principal(random, principal),
            "Action": _actions(random, ("dynamodb:GetItem", "dynamodb:GetI*", "dynamodb:Query")),
            "Resource": _arn(table),
        },
    )


def _grant(random: Random, principal: str, table: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "GranteePrincipal": arn_of(principal),
        "Operations": random.choice([["Decrypt"], ["Encrypt"], ["Decrypt", "Encrypt"]]),
    }
    if random.random() < 0.7:
        name = random.choice([table, "other"])
        made["Constraints"] = {"EncryptionContextSubset": {"aws:dynamodb:tableName": name}}
    return made


def _arn(table: str) -> str:
    return f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{table}"
