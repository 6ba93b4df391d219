"""Who may change a key policy."""

import json
from typing import Any

import pytest

from policies import resource_types as types
from tests.policies.analysis import UNKNOWN, Pack, Sample, violations
from tests.policies.baselines import ACCOUNT, ROOT, baseline, document, statement

RULE = "kms-key-policy-keeps-administrator"
ADMIN = f"arn:aws:iam::{ACCOUNT}:role/admin"
OTHER = "444455556666"
OTHER_ROOT = f"arn:aws:iam::{OTHER}:root"
DENY = {"Effect": "Deny", "Action": "kms:PutKeyPolicy"}


def policy_of(*statements: Any, account: str | None = ACCOUNT) -> Sample:  # noqa: ANN401  # any JSON
    """A key with these statements, made by a provider that works in an account."""
    sample = baseline(types.KEY, policy=json.dumps(document(*statements)))
    provider = {"region": "us-east-1", **({"allowedAccountIds": f'["{account}"]'} if account else {})}
    return Sample(sample.type, sample.properties, provider=provider)


def all_but(*principals: str) -> dict[str, Any]:
    """A Deny with NotPrincipal."""
    denial = statement(**DENY, NotPrincipal={"AWS": list(principals)})
    return {name: value for name, value in denial.items() if name != "Principal"}


@pytest.mark.parametrize(
    "statements",
    [
        [statement(), all_but(ADMIN, ROOT)],
        [statement(), all_but(ADMIN, ACCOUNT)],
        [statement(), all_but(ROOT)],
        [statement(), statement(**DENY, Principal={"AWS": ADMIN})],
        [
            statement(),
            statement(**DENY, Principal="*", Condition={"ArnNotEquals": {"aws:PrincipalArn": ADMIN}}),
        ],
        [
            statement(),
            statement(**DENY, Principal="*", Condition={"ArnNotLike": {"aws:PrincipalArn": f"{ADMIN}*"}}),
        ],
        [
            statement(),
            statement(
                **DENY, Principal="*", Condition={"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}}
            ),
        ],
        [
            statement(),
            statement(**DENY, Principal="*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}}),
        ],
        [statement(Principal="*", Condition={"StringEquals": {"kms:CallerAccount": ACCOUNT}})],
        [statement(Principal={"AWS": [OTHER_ROOT, ADMIN]})],
    ],
    ids=json.dumps,
)
def test_an_administrator_who_is_not_denied_keeps_the_key_manageable(statements: list[Any]) -> None:
    assert violations(RULE, policy_of(*statements)) == []


@pytest.mark.parametrize(
    "statements",
    [
        [statement(), all_but(ADMIN)],
        [statement(Principal={"AWS": ADMIN}), all_but(f"{ADMIN}-2", ROOT)],
        [
            statement(Principal={"AWS": ADMIN}),
            statement(**DENY, Principal="*", Condition={"ArnNotEquals": {"aws:PrincipalArn": f"{ADMIN}-2"}}),
        ],
        [
            statement(),
            statement(**DENY, Principal="*", Condition={"StringEquals": {"kms:CallerAccount": ACCOUNT}}),
        ],
        [statement(), statement(**DENY, Principal={"AWS": ACCOUNT})],
        [statement(Principal={"AWS": OTHER_ROOT})],
        [statement(Principal={"AWS": OTHER})],
        [statement(Principal="*", Condition={"StringEquals": {"kms:CallerAccount": OTHER}})],
    ],
    ids=json.dumps,
)
def test_a_key_that_nobody_in_its_account_can_change_is_rejected(statements: list[Any]) -> None:
    (message,) = violations(RULE, policy_of(*statements))

    assert f"in the key's account {ACCOUNT}" in message


def test_any_account_counts_where_the_account_of_the_key_is_unknown() -> None:
    assert violations(RULE, policy_of(statement(Principal={"AWS": OTHER_ROOT}), account=None)) == []


def template_key(principal: object) -> Sample:
    """A key of a template, in an account that the template names AWS::AccountId."""
    statements = [statement(Principal={"AWS": principal})]
    resources = {"Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": document(*statements)}}}
    return Sample(types.CLOUDFORMATION_STACK, {"templateBody": json.dumps({"Resources": resources})})


def test_aws_account_id_in_a_template_is_the_account_of_the_key() -> None:
    own = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}

    assert violations(RULE, template_key(own)) == []


@pytest.mark.parametrize(
    ("statements", "verdict"),
    [
        ([statement(), statement(**DENY, Principal={"AWS": UNKNOWN})], "pending"),
        ([statement(Principal={"AWS": UNKNOWN})], "pending"),
        ([statement(Principal={"AWS": ADMIN}), all_but(UNKNOWN, ROOT)], "pending"),
        ([statement(), statement(**DENY, Principal="*"), statement(Principal={"AWS": UNKNOWN})], "refused"),
        ([statement(Action="kms:Decrypt"), statement(**DENY, Principal={"AWS": UNKNOWN})], "refused"),
    ],
    ids=json.dumps,
)
def test_unknown_principals_are_pending_only_where_the_verdict_depends_on_them(
    statements: list[Any], verdict: str
) -> None:
    sample = baseline(types.NATIVE_KEY, keyPolicy=document(*statements))

    (found,) = [one for one in Pack().analyze(sample) if one.policy == RULE]

    assert ("pending" if "can't run policy" in found.message else "refused") == verdict
