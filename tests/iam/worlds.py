"""Generated worlds: policies of every kind for a fixed set of principals, a key and a table. Data only.

The same seed gives the same world. `KEY_ARN` and `TABLE_ARN` stand for the ARNs of the key and the table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.iam.generated_conditions import condition
from tests.iam.vectors import ACCOUNT, OTHER_ACCOUNT, REGION, TABLE

Policy = Mapping[str, Any]
_OWN, _OTHER = f"arn:aws:iam::{ACCOUNT}", f"arn:aws:iam::{OTHER_ACCOUNT}"


@dataclass(frozen=True)
class Holder:
    """A user or role to which worlds attach policies."""

    arn: str
    tags: tuple[tuple[str, str], ...] = ()
    groups: tuple[str, ...] = ()

    @property
    def account(self) -> str:
        """Its account."""
        return self.arn.split(":")[4]

    @property
    def kind(self) -> str:
        """`user` or `role`."""
        return self.arn.split(":")[5].partition("/")[0]

    @property
    def name(self) -> str:
        """Its name, without its path."""
        return self.arn.rsplit("/", 1)[-1]


HOLDERS = (
    Holder(f"{_OWN}:user/anna", (("team", "blue"),), ("readers",)),
    Holder(f"{_OWN}:user/staff/ben", (), ("readers", "writers")),
    Holder(f"{_OWN}:user/carl", (("team", "red"), ("Stage", TABLE))),
    Holder(f"{_OWN}:role/orders-service", (("team", "blue"),)),
    Holder(f"{_OWN}:role/service/batch"),
    Holder(f"{_OTHER}:user/partner"),
    Holder(f"{_OTHER}:role/partner-role"),
)
GROUPS = ("readers", "writers")
SESSIONS = {
    f"arn:aws:sts::{ACCOUNT}:assumed-role/orders-service/one": HOLDERS[3].arn,
    f"arn:aws:sts::{ACCOUNT}:assumed-role/orders-service/two": HOLDERS[3].arn,
    f"arn:aws:sts::{ACCOUNT}:assumed-role/batch/nightly": HOLDERS[4].arn,
    f"arn:aws:sts::{OTHER_ACCOUNT}:assumed-role/partner-role/three": HOLDERS[6].arn,
}
ROOTS = (f"{_OWN}:root", f"{_OTHER}:root")
CALLERS = (*(one.arn for one in HOLDERS if one.kind == "user"), *SESSIONS, *ROOTS)
"""The callers in a world."""

READS = ("GetItem", "Query", "Scan", "BatchGetItem", "PartiQLSelect", "ConditionCheckItem")
WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLInsert")
KEY_CALLS = ("Decrypt", "DescribeKey", "GetKeyPolicy", "ListGrants", "EnableKeyRotation", "PutKeyPolicy")


@dataclass(frozen=True)
class World:
    """The policies of one world."""

    identity: Mapping[str, Policy]
    """By the ARN of a user or role; inline."""
    groups: Mapping[str, Policy]
    boundaries: Mapping[str, Policy]
    session_policies: Mapping[str, Policy]
    key_policy: Policy
    table_policy: Policy | None
    grants: tuple[Mapping[str, Any], ...]
    of_organization: Policy | None
    """A service control policy on the root of the organization of both accounts."""
    of_account: Policy | None
    """A service control policy on the table's account."""
    of_resources: Policy | None
    """A resource control policy on the table's account, with actions of the key only."""


def world(seed: int) -> World:
    """The world with that number."""
    random = Random(seed)  # noqa: S311  # worlds, not secrets
    holders = [one.arn for one in HOLDERS]
    return World(
        identity={arn: _document(random, _identity_statements(random)) for arn in holders},
        groups={name: _document(random, _identity_statements(random)) for name in GROUPS},
        boundaries={arn: _limit(random) for arn in holders if random.random() < 0.25},
        session_policies={arn: _limit(random) for arn in SESSIONS if random.random() < 0.3},
        key_policy=_key_policy(random),
        table_policy=_table_policy(random) if random.random() < 0.5 else None,
        grants=tuple(_grant(random) for _ in range(random.choice((0, 0, 1, 2)))),
        of_organization=_control(random) if random.random() < 0.15 else None,
        of_account=_control(random) if random.random() < 0.15 else None,
        of_resources=_resource_control(random) if random.random() < 0.15 else None,
    )


def _control(random: Random) -> Policy:
    """A service control policy with denials, in addition to FullAWSAccess."""
    made = [_statement(random, _ACTIONS, _RESOURCES) for _ in range(random.randint(1, 2))]
    return {"Version": "2012-10-17", "Statement": [{**one, "Effect": "Deny"} for one in made]}


def _resource_control(random: Random) -> Policy:
    """A resource control policy: it denies actions of a service to everybody.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
    """
    made = {**_statement(random, _KEY_ACTIONS, _RESOURCES), "Effect": "Deny", "Principal": "*"}
    made.pop("NotAction", None)
    made["Action"] = _one_or_some(random, _KEY_ACTIONS[:-1])
    return {"Version": "2012-10-17", "Statement": [made]}


def _document(random: Random, statements: list[dict[str, Any]]) -> Policy:
    version = "2008-10-17" if random.random() < 0.1 else "2012-10-17"
    return {"Version": version, "Statement": statements}


_ACTIONS = (
    "dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchGetItem", "dynamodb:*", "dynamodb:*",
    "dynamodb:Get*", "DynamoDB:getitem", "dynamodb:PutItem", "dynamodb:PartiQL*", "dynamodb:*Item",
    "dynamodb:?can", "kms:Decrypt", "kms:Decrypt", "kms:*", "kms:D*", "kms:DescribeKey",
    "kms:PutKeyPolicy", "KMS:decrypt", "*", "*", "s3:*", "kms:?ecrypt", "kms:List*", "*:*",
)  # fmt: skip
_KEY_ACTIONS = (
    "kms:Decrypt",
    "kms:*",
    "kms:Decrypt*",
    "kms:Describe*",
    "kms:PutKeyPolicy",
    "kms:ListGrants",
    "*",
)
_TABLE_ACTIONS = (
    "dynamodb:GetItem",
    "dynamodb:*",
    "dynamodb:Query",
    "dynamodb:PutItem",
    "dynamodb:*Item",
    "*",
)
_RESOURCES = (
    "TABLE_ARN", "KEY_ARN", "TABLE_ARN*", "arn:aws:dynamodb:*:*:table/*",
    f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/other", f"arn:aws:kms:*:{ACCOUNT}:key/*", "arn:aws:kms:*",
    f"arn:aws:dynamodb:{REGION}:{OTHER_ACCOUNT}:table/*", "arn:aws:*:*:*:*", "arn:*", "arn:aws:dynamodb",
    f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/${{aws:PrincipalTag/Stage}}",
    "arn:aws:dynamodb:*:table/orders",
    f"arn:aws:dynamodb:{REGION}:*:table/${{aws:PrincipalTag/Stage, '{TABLE}'}}", "arn:aws:dynamodb:*orders",
)  # fmt: skip


def _identity_statements(random: Random) -> list[dict[str, Any]]:
    made = [_statement(random, _ACTIONS, _RESOURCES) for _ in range(random.randint(1, 3))]
    if random.random() < 0.5:
        made.append({"Effect": "Allow", "Action": ["dynamodb:*", "kms:*"], "Resource": "*"})
    return made


def _limit(random: Random) -> Policy:
    """A boundary or session policy; usually broad, so that other policies matter too."""
    wide = {"Effect": "Allow", "Action": random.choice(("*", ["dynamodb:*", "kms:*"])), "Resource": "*"}
    made = [_statement(random, _ACTIONS, _RESOURCES) for _ in range(random.randint(0, 2))]
    return _document(random, [wide, *made] if random.random() < 0.7 or not made else made)


def _statement(random: Random, actions: tuple[str, ...], resources: tuple[str, ...]) -> dict[str, Any]:
    made: dict[str, Any] = {"Effect": random.choices(("Allow", "Deny"), (4, 1))[0]}
    element = "NotAction" if random.random() < 0.1 else "Action"
    made[element] = _one_or_some(random, actions)
    if random.random() < 0.55:
        made["Resource"] = "*"
    else:
        made["NotResource" if random.random() < 0.15 else "Resource"] = _one_or_some(random, resources)
    if random.random() < 0.45:
        made["Condition"] = condition(random)
    return made


def _one_or_some(random: Random, values: tuple[str, ...]) -> str | list[str]:
    return random.choice(values) if random.random() < 0.6 else random.sample(values, random.randint(1, 3))


_NAMED = (*(one.arn for one in HOLDERS), *SESSIONS)
_WHOLE = (f"{_OWN}:root", ACCOUNT, f"{_OTHER}:root", OTHER_ACCOUNT)


def _principal(random: Random) -> Any:  # noqa: ANN401  # a Principal element has several forms
    return random.choice(
        (
            "*",
            {"AWS": "*"},
            {"AWS": random.choice(_WHOLE)},
            {"AWS": random.choice(_NAMED)},
            {"AWS": random.sample(_NAMED, random.randint(2, 4))},
            {"AWS": [random.choice(_WHOLE), random.choice(_NAMED)]},
            {"Service": "dynamodb.amazonaws.com"},
            {"AWS": random.choice(_NAMED), "Service": ["lambda.amazonaws.com"]},
        )
    )


def _resource_statement(random: Random, actions: tuple[str, ...], resource: str) -> dict[str, Any]:
    made = _statement(random, actions, _RESOURCES)
    made.pop("NotResource", None)
    made["Resource"] = resource
    if random.random() < 0.12:
        spared = random.sample(_NAMED, random.randint(1, 3)) + random.sample(_WHOLE, random.randint(0, 2))
        return {"NotPrincipal": {"AWS": spared}, **made}
    return {"Principal": _principal(random), **made}


def _key_policy(random: Random) -> Policy:
    made = [_resource_statement(random, _KEY_ACTIONS, "*") for _ in range(random.randint(0, 3))]
    if random.random() < 0.75 or not made:
        made.append(
            {"Effect": "Allow", "Principal": {"AWS": f"{_OWN}:root"}, "Action": "kms:*", "Resource": "*"}
        )
    return _document(random, made)


def _table_policy(random: Random) -> Policy:
    made = [_resource_statement(random, _TABLE_ACTIONS, "TABLE_ARN") for _ in range(random.randint(1, 3))]
    return _document(random, made)


_CONTEXTS: tuple[dict[str, Any], ...] = (
    {},
    {"EncryptionContextSubset": {"aws:dynamodb:tableName": TABLE}},
    {"EncryptionContextSubset": {"aws:dynamodb:tableName": "other"}},
    {"EncryptionContextEquals": {"aws:dynamodb:tableName": TABLE}},
    {"EncryptionContextEquals": {"aws:dynamodb:tableName": TABLE, "aws:dynamodb:subscriberId": ACCOUNT}},
)


def _grant(random: Random) -> Mapping[str, Any]:
    operations = ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey")
    constraints = random.choice(_CONTEXTS)
    return {
        "GranteePrincipal": random.choice(_NAMED),
        "Operations": random.sample(operations, random.randint(1, 3)),
        **({"Constraints": constraints} if constraints else {}),
    }
