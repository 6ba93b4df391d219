"""Somebody may change each key policy: a key that nobody can manage takes AWS Support to recover.

https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
"""

from collections.abc import Sequence

from pulumi_policy import EnforcementLevel, Severity

from policies.declared.documents import Statement, is_hidden
from policies.declared.keys import KEY_POLICY_TYPES, declared_key_policies
from policies.declared.resource import Resource
from policies.judging.branches import in_every_branch
from policies.judging.documents import HiddenError, document_outcome
from policies.judging.outcome import Outcome
from policies.judging.rule import ResourceRule, Settings

ADMINISTERS = "kms:PutKeyPolicy"
# Conditions that only say more closely who may; others may never be met by a person.
ABOUT_THE_CALLER = ("aws:principal", "kms:calleraccount", "aws:multifactorauth")


def check(resource: Resource, _: Settings) -> Sequence[Outcome]:
    """One outcome for each key policy; AWS's default policy lets the account's administrators in."""
    return in_every_branch(
        declared_key_policies(resource),
        lambda one: [document_outcome(one.place, one.property, one.policy, fault)],
    )


def fault(statements: Sequence[Statement]) -> str | None:
    """Whether no principal of IAM may change the key policy."""
    for one in statements:
        if not one.allows and one.covers(ADMINISTERS) and "*" in one.principals and not one.condition_keys:
            return f"denies {ADMINISTERS} to everyone ({one.label}). Leave an administrator out of it."
    about = [one for one in statements if one.covers(ADMINISTERS)]
    denied = {p for one in about if not one.allows and not one.condition_keys for p in _named(one)}
    allowed = {p for one in about if one.allows and _is_unconditional(one) for p in _named(one)}
    if any(_is_administrator(p) and not denied & {p, _account(p)} for p in allowed):
        return None
    if _may_be_hidden(statements):
        raise HiddenError
    return f"lets nobody change it: no statement allows {ADMINISTERS} to an account, role or user. Add one."


def _named(one: Statement) -> list[str]:
    """Its principals as text; an account by its id alone, however it is written."""
    texts = [principal for principal in one.principals if isinstance(principal, str)]
    return [_account(text) if text.endswith(":root") else text for text in texts]


def _account(principal: str) -> str:
    """The account of a principal: who denies the account denies all of it."""
    return principal.split(":")[4] if principal.count(":") >= 5 else principal


def _is_unconditional(one: Statement) -> bool:
    return all(key.startswith(ABOUT_THE_CALLER) for key in one.condition_keys)


def _is_administrator(principal: object) -> bool:
    return isinstance(principal, str) and (
        principal == "*" or principal.startswith("arn:") or (len(principal) == 12 and principal.isdigit())
    )


def _may_be_hidden(statements: Sequence[Statement]) -> bool:
    return any(
        one.allows
        and (
            one.has_unknown_actions or (one.covers(ADMINISTERS) and any(is_hidden(p) for p in one.principals))
        )
        for one in statements
    )


RULE = ResourceRule(
    name="kms-key-policy-keeps-administrator",
    description="Each key policy lets somebody change it.",
    level=EnforcementLevel.MANDATORY,
    severity=Severity.HIGH,
    remediation="Allow kms:* to the account (arn:aws:iam::<account>:root), or kms:PutKeyPolicy to a role.",
    url="https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
    types=KEY_POLICY_TYPES,
    check=check,
)
