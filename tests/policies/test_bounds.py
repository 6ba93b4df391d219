"""Which conditions and denials limit a principal `*`."""

import json
from typing import Any

import pytest

from policies import resource_types as types
from policies.judging.bounds import CALLER, SOURCE, VIA
from tests.policies.analysis import UNKNOWN, Pack, Sample, violations
from tests.policies.baselines import ACCOUNT, baseline, document, statement

KEY = "kms-key-no-wildcard-principal"
TABLE = "dynamodb-table-policy-no-wildcard-principal"
DECRYPT = {"Principal": "*", "Action": "kms:Decrypt"}
READ = {"Principal": "*", "Action": "dynamodb:GetItem"}
ORGANISATION = "o-abcdefghij"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/orders"
VIA_DYNAMODB = {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}


def key(*more: Any) -> Sample:  # noqa: ANN401  # any JSON
    """A key that its account administers, with more statements in its policy."""
    return baseline(types.KEY, policy=json.dumps(document(statement(), *more)))


def under(condition: dict[str, Any]) -> Sample:
    """A key that everybody can use under a condition."""
    return key(statement(**DECRYPT, Condition=condition))


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"kms:CallerAccount": ACCOUNT}},
        {"StringEquals": {"kms:CallerAccount": [ACCOUNT, "444455556666"]}},
        {"StringLike": {"aws:PrincipalAccount": ACCOUNT}},
        {"StringEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}},
        {"StringEquals": {"aws:PrincipalOrgID": ORGANISATION}},
        {"StringEquals": {"AWS:principalORGID": ORGANISATION}},
        {"StringEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}},
        {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{ORGANISATION}/r-ab12/ou-ab12-11111111/*"}},
        {"ArnEquals": {"aws:PrincipalArn": ROLE}},
        {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/*"}},
        {"StringLike": {"aws:userid": "AROADBQP57FF2AEXAMPLE:*"}},
        {"StringEquals": {"aws:PrincipalServiceName": "dynamodb.amazonaws.com"}},
        {"StringEquals": {"aws:SourceAccount": ACCOUNT, **VIA_DYNAMODB}},
        {"ArnLike": {"aws:SourceArn": f"arn:aws:dynamodb:*:{ACCOUNT}:table/*"}, "StringEquals": VIA_DYNAMODB},
        {"StringEquals": {"kms:CallerAccount": ACCOUNT}, "Bool": {"aws:SecureTransport": "true"}},
    ],
    ids=json.dumps,
)
def test_a_condition_that_identifies_the_caller_limits_the_wildcard(condition: dict[str, Any]) -> None:
    assert violations(KEY, under(condition)) == []


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": VIA_DYNAMODB},
        {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        {"ArnLike": {"aws:SourceArn": f"arn:aws:dynamodb:*:{ACCOUNT}:table/*"}},
        {"StringLike": {"kms:CallerAccount": "*"}},
        {"StringLike": {"kms:CallerAccount": "1111*"}},
        {"StringEquals": {"kms:CallerAccount": [ACCOUNT, "*"]}},
        {"StringEquals": {"kms:CallerAccount": "${aws:PrincipalAccount}"}},
        {"StringEquals": {"kms:CallerAccount": []}},
        {"StringNotEquals": {"kms:CallerAccount": ACCOUNT}},
        {"StringEqualsIfExists": {"aws:PrincipalOrgID": ORGANISATION}},
        {"ForAllValues:StringEquals": {"aws:PrincipalOrgID": ORGANISATION}},
        {"StringLike": {"aws:PrincipalOrgID": "o-*"}},
        {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-*/r-ab12/*"}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/orders"}},
        {"ArnLike": {"aws:PrincipalArn": "*"}},
        {"StringLike": {"aws:userid": "*:session"}},
        {"StringEquals": {"aws:PrincipalTag/team": "orders"}},
        {"StringLike": {"aws:SourceAccount": "*", **VIA_DYNAMODB}},
        {"StringLike": {"aws:SourceAccount": ACCOUNT, "kms:ViaService": "*"}},
        {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
        {"Bool": {"aws:SecureTransport": "true"}},
        {"Null": {"kms:CallerAccount": "false"}},
        {"StringEquals": {"kms:EncryptionContext:aws:dynamodb:tableName": "orders"}},
    ],
    ids=json.dumps,
)
def test_any_other_condition_does_not_limit_the_wildcard_and_is_reported(condition: dict[str, Any]) -> None:
    (message,) = violations(KEY, under(condition))

    assert "allows the principal '*' (Statement 2), and its conditions (" in message
    assert all(name.lower() in message for keys in condition.values() for name in keys)


def test_value_that_is_unknown_until_the_update_is_pending() -> None:
    statements = document(
        statement(), statement(**DECRYPT, Condition={"StringEquals": {"kms:CallerAccount": UNKNOWN}})
    )
    sample = baseline(types.NATIVE_KEY, keyPolicy=statements)

    found = [one for one in Pack().analyze(sample) if one.policy == KEY]

    assert [(one.level, "can't run policy" in one.message) for one in found] == [("advisory", True)]


def test_an_unknown_value_beside_one_that_matches_everything_is_rejected() -> None:
    condition = {"StringLike": {"kms:CallerAccount": [UNKNOWN, "*"]}}
    sample = baseline(
        types.NATIVE_KEY, keyPolicy=document(statement(), statement(**DECRYPT, Condition=condition))
    )

    assert "allows the principal '*'" in violations(KEY, sample)[0]


OUTSIDE = {"StringNotEquals": {"aws:PrincipalOrgID": ORGANISATION}}


@pytest.mark.parametrize(
    "denial",
    [
        statement(Effect="Deny", Principal="*", Condition=OUTSIDE),
        statement(
            Effect="Deny",
            Principal={"AWS": "*"},
            Action=["kms:Decrypt"],
            Condition={"StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORGANISATION}},
        ),
        statement(
            Effect="Deny",
            Principal="*",
            Condition={**OUTSIDE, "ArnNotLike": {"aws:PrincipalArn": f"{ROLE}*"}},
        ),
        {"Effect": "Deny", "NotPrincipal": {"AWS": [ROLE, ACCOUNT]}, "Action": "kms:*", "Resource": "*"},
    ],
    ids=json.dumps,
)
def test_a_denial_of_all_others_limits_the_wildcard(denial: dict[str, Any]) -> None:
    assert violations(KEY, key(statement(**DECRYPT), denial)) == []


@pytest.mark.parametrize(
    "denial",
    [
        statement(Effect="Deny", Principal="*", Action="kms:Encrypt", Condition=OUTSIDE),
        statement(Effect="Deny", Principal={"AWS": ROLE}, Condition=OUTSIDE),
        statement(
            Effect="Deny", Principal="*", Condition={**OUTSIDE, "Bool": {"aws:ViaAWSService": "false"}}
        ),
        statement(
            Effect="Deny", Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": ORGANISATION}}
        ),
        statement(
            Effect="Deny",
            Principal="*",
            Condition={"ForAnyValue:StringNotEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}},
        ),
        {"Effect": "Deny", "NotPrincipal": "*", "Action": "kms:*", "Resource": "*"},
        {
            "Effect": "Deny",
            "Principal": "*",
            "NotAction": "kms:Decrypt",
            "Resource": "*",
            "Condition": OUTSIDE,
        },
    ],
    ids=json.dumps,
)
def test_a_denial_that_leaves_others_out_does_not_limit_the_wildcard(denial: dict[str, Any]) -> None:
    assert len(violations(KEY, key(statement(**DECRYPT), denial))) == 1


@pytest.mark.parametrize("condition", [{"StringEquals": {"aws:SourceAccount": ACCOUNT}}, OUTSIDE])
def test_a_table_policy_is_limited_only_by_conditions_that_dynamodb_counts(condition: dict[str, Any]) -> None:
    policy = json.dumps(document(statement(**READ, Condition=condition)))

    found = violations(TABLE, baseline(types.TABLE_RESOURCE_POLICY, policy=policy))

    assert (found == []) is ("StringEquals" in condition)


def test_every_condition_key_that_limits_has_a_source() -> None:
    for bound in (*CALLER.values(), *SOURCE.values(), *VIA.values()):
        assert bound.source.startswith("https://docs.aws.amazon.com/")
