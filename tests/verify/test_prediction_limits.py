"""What predictions know about a request, and when they cannot tell. No AWS is called."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from encrypted_tables.verify.collect.account import Account, account_of_pages
from encrypted_tables.verify.collect.observe import Key, Table, Unknown
from encrypted_tables.verify.predict.predict import predict_item_calls
from tests.verify.samples import ACCOUNT, IAM, WALTER, place

Statement = dict[str, Any]
ORDERS = place("orders")
NOW = datetime(2026, 4, 1, tzinfo=UTC)
ROLE = f"{IAM}:role/orders-app"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/orders-app/one"
USER_ID, ROLE_ID = "AIDAEXAMPLEOFAUSER001", "AROAEXAMPLEOFAROLE001"
TRUST_IAM = {
    "Statement": {"Effect": "Allow", "Principal": {"AWS": f"{IAM}:root"}, "Action": "kms:*", "Resource": "*"}
}
ITEMS = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}
DECRYPT = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}
YES, NO_KMS, NO_IAM, UNKNOWN = "allowed", "denied-by-kms", "denied-by-iam", "could-not-tell"


def account(
    *statements: Statement,
    tags: dict[str, str] | None = None,
    boundary: list[Statement] | None = None,
    trust: Statement | None = None,
) -> Account:
    """An account with a user and a role, both with these policies, tags and permissions boundary."""
    tag_list = [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
    inline = [{"PolicyName": "inline", "PolicyDocument": {"Statement": list(statements)}}]
    limits = f"arn:aws:iam::{ACCOUNT}:policy/limits"
    common: dict[str, Any] = {"Tags": tag_list}
    if boundary is not None:
        common["PermissionsBoundary"] = {"PermissionsBoundaryArn": limits}
    version = {"IsDefaultVersion": True, "Document": {"Statement": boundary or []}}
    page = {
        "UserDetailList": [
            {"UserName": "walter", "UserId": USER_ID, "Arn": WALTER, "UserPolicyList": inline, **common}
        ],
        "RoleDetailList": [
            {
                "RoleName": "orders-app",
                "RoleId": ROLE_ID,
                "Arn": ROLE,
                "RolePolicyList": inline,
                "AssumeRolePolicyDocument": trust or {"Statement": []},
                **common,
            }
        ],
        "GroupDetailList": [],
        "Policies": [{"PolicyName": "limits", "Arn": limits, "PolicyVersionList": [version]}],
    }
    return account_of_pages(ACCOUNT, [page])


def read(known: Account | Unknown, principal: str = WALTER) -> tuple[str, str]:
    """The predicted outcome of GetItem, and the reason."""
    assert isinstance(ORDERS.table, Table)
    assert isinstance(ORDERS.key, Key)
    key = replace(ORDERS.key, policy=json.dumps(TRUST_IAM))
    (found,) = (
        one for one in predict_item_calls(known, ORDERS.table, key, principal, NOW) if one.call == "GetItem"
    )
    return found.outcome.value, found.reason


def when(operator: str, key: str, value: object, of: Statement) -> Statement:
    """A statement under a condition."""
    return {**of, "Condition": {operator: {key: value}}}


@pytest.mark.parametrize(
    ("operator", "key", "value", "outcome"),
    [
        ("StringEquals", "kms:ViaService", "dynamodb.eu-west-1.amazonaws.com", YES),
        ("StringEquals", "kms:ViaService", "s3.eu-west-1.amazonaws.com", NO_KMS),
        ("StringEquals", "kms:CallerAccount", ACCOUNT, YES),
        ("StringEquals", "kms:EncryptionContext:aws:dynamodb:tableName", "orders", YES),
        ("StringEquals", "kms:EncryptionContext:aws:dynamodb:tableName", "invoices", NO_KMS),
        ("Null", "kms:EncryptionContext:app", "false", NO_KMS),
        ("StringEquals", "aws:RequestedRegion", "eu-west-1", YES),
        ("StringEquals", "aws:RequestedRegion", "us-east-1", NO_KMS),
        ("StringEquals", "aws:PrincipalAccount", ACCOUNT, YES),
        ("ArnLike", "aws:PrincipalArn", f"{IAM}:user/*", YES),
        ("ArnLike", "aws:PrincipalArn", f"{IAM}:role/*", NO_KMS),
        ("StringEquals", "aws:PrincipalType", "User", YES),
        ("DateGreaterThan", "aws:CurrentTime", "2026-03-31T00:00:00Z", YES),
        ("DateLessThan", "aws:CurrentTime", "2026-03-31T00:00:00Z", NO_KMS),
    ],
)
def test_a_condition_key_with_a_known_value_is_evaluated(
    operator: str, key: str, value: str, outcome: str
) -> None:
    assert read(account(ITEMS, when(operator, key, value, DECRYPT)))[0] == outcome


UNKNOWN_KEYS = [
    ("IpAddress", "aws:SourceIp", "192.0.2.0/24"),
    ("StringEquals", "aws:SourceVpce", "vpce-0a1b2c3d"),
    ("StringEquals", "aws:SourceVpc", "vpc-0a1b2c3d"),
    ("Bool", "aws:MultiFactorAuthPresent", "true"),
    ("NumericLessThan", "aws:MultiFactorAuthAge", "3600"),
    ("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
    ("StringLike", "aws:UserAgent", "*"),
    ("StringEquals", "aws:SourceIdentity", "walter"),
]


@pytest.mark.parametrize(("operator", "key", "value"), UNKNOWN_KEYS, ids=[one[1] for one in UNKNOWN_KEYS])
@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_a_condition_key_that_depends_on_the_request_is_cannot_tell(
    operator: str, key: str, value: str, effect: str
) -> None:
    conditioned = when(operator, key, value, {**ITEMS, "Effect": effect})
    others = [DECRYPT] if effect == "Allow" else [DECRYPT, ITEMS]

    outcome, reason = read(account(conditioned, *others), ROLE)

    assert outcome == UNKNOWN
    assert key.lower() in reason.lower()


def test_an_unknown_condition_key_does_not_matter_where_another_statement_decides() -> None:
    inside = when("IpAddress", "aws:SourceIp", "192.0.2.0/24", ITEMS)

    assert read(account(inside, ITEMS, DECRYPT))[0] == YES
    assert read(account(inside, DECRYPT, {**ITEMS, "Effect": "Deny"}))[0] == NO_IAM


@pytest.mark.parametrize(
    ("tags", "outcome"), [({"team": "orders"}, YES), ({"team": "web"}, NO_IAM), ({}, NO_IAM)]
)
def test_the_tags_of_a_user_and_missing_tags_are_known(tags: dict[str, str], outcome: str) -> None:
    tagged = when("StringEquals", "aws:PrincipalTag/team", "orders", ITEMS)

    assert read(account(tagged, DECRYPT, tags=tags))[0] == outcome


@pytest.mark.parametrize(
    ("action", "outcome"), [("sts:AssumeRole", NO_IAM), (["sts:AssumeRole", "sts:TagSession"], UNKNOWN)]
)
def test_a_tag_of_a_role_can_come_from_its_session_where_the_trust_policy_allows_it(
    action: object, outcome: str
) -> None:
    tagged = when("StringEquals", "aws:PrincipalTag/team", "orders", ITEMS)
    trust = {"Statement": {"Effect": "Allow", "Principal": {"AWS": f"{IAM}:root"}, "Action": action}}

    assert read(account(tagged, DECRYPT, trust=trust), ROLE)[0] == outcome


@pytest.mark.parametrize(
    ("boundary", "outcome"),
    [
        ([ITEMS, DECRYPT], YES),
        ([DECRYPT], NO_IAM),
        ([ITEMS], NO_KMS),
        ([], NO_IAM),
        ([when("IpAddress", "aws:SourceIp", "192.0.2.0/24", ITEMS), DECRYPT], UNKNOWN),
    ],
)
def test_a_permissions_boundary_limits_what_the_policies_allow(
    boundary: list[Statement], outcome: str
) -> None:
    assert read(account(ITEMS, DECRYPT, boundary=boundary))[0] == outcome


def test_a_boundary_that_iam_does_not_return_is_cannot_tell() -> None:
    known = account(ITEMS, DECRYPT)
    page: dict[str, Any] = {
        "UserDetailList": [
            {
                "UserName": "walter",
                "Arn": WALTER,
                "UserPolicyList": [
                    {"PolicyName": "inline", "PolicyDocument": {"Statement": [ITEMS, DECRYPT]}}
                ],
                "PermissionsBoundary": {"PermissionsBoundaryArn": f"{IAM}:policy/elsewhere"},
            }
        ]
    }
    assert read(known)[0] == YES

    outcome, reason = read(account_of_pages(ACCOUNT, [page]))

    assert outcome == UNKNOWN
    assert "permissions boundary" in reason


def test_a_session_has_the_policies_of_its_role() -> None:
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/orders-app/worker-1"

    assert read(account(ITEMS, DECRYPT), session)[0] == YES
    assert read(account(DECRYPT), session)[0] == NO_IAM


@pytest.mark.parametrize(
    ("principal", "user_id", "outcome"),
    [
        (WALTER, USER_ID, YES),
        (WALTER, ROLE_ID, NO_IAM),
        (SESSION, f"{ROLE_ID}:*", YES),
        (SESSION, f"{ROLE_ID}:two", NO_IAM),
        (ROLE, f"{ROLE_ID}:one", UNKNOWN),
    ],
)
def test_the_user_id_is_the_unique_id_and_for_a_session_also_its_name(
    principal: str, user_id: str, outcome: str
) -> None:
    known = account(when("StringLike", "aws:userid", user_id, ITEMS), DECRYPT)

    assert read(known, principal)[0] == outcome


def test_a_principal_of_an_unlisted_account_is_cannot_tell() -> None:
    denied = Unknown("iam:GetAccountAuthorizationDetails", "AccessDenied", "not authorized")

    assert read(denied) == (UNKNOWN, denied.words)


@pytest.mark.parametrize("key", ["dynamodb:LeadingKeys", "dynamodb:Attributes"])
def test_a_condition_on_the_read_items_is_cannot_tell(key: str) -> None:
    limited = when("ForAllValues:StringEquals", key, ["1"], ITEMS)

    assert read(account(limited, DECRYPT))[0] == UNKNOWN
