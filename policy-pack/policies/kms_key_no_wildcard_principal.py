"""No key policy lets just anyone in. A condition is no exception: conditions are easily too wide.

https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
"""

from collections.abc import Sequence

from pulumi_policy import EnforcementLevel, Severity

from policies.declared.documents import Statement, is_hidden
from policies.declared.keys import KEY_POLICY_TYPES, declared_key_policies
from policies.declared.resource import Resource
from policies.declared.values import shown
from policies.judging.branches import in_every_branch
from policies.judging.documents import HiddenError, document_outcome
from policies.judging.outcome import Outcome
from policies.judging.rule import ResourceRule, Settings


def check(resource: Resource, _: Settings) -> Sequence[Outcome]:
    """One outcome for each key policy."""
    return in_every_branch(
        declared_key_policies(resource),
        lambda one: [document_outcome(one.place, one.property, one.policy, fault)],
    )


def fault(statements: Sequence[Statement]) -> str | None:
    """Which statement allows principals that it does not name."""
    allowing = [statement for statement in statements if statement.allows]
    for one in allowing:
        if one.excepts_principals:
            return f"allows everyone with exceptions ({one.label}, NotPrincipal). Name those who are allowed."
        for principal in one.principals:
            if isinstance(principal, str) and ("*" in principal or "?" in principal):
                return f"allows the principal {shown(principal)} ({one.label}). Name those who are allowed."
    if any(is_hidden(principal) for one in allowing for principal in one.principals):
        raise HiddenError
    return None


RULE = ResourceRule(
    name="kms-key-no-wildcard-principal",
    description="Key policies name the principals that they allow.",
    level=EnforcementLevel.MANDATORY,
    severity=Severity.CRITICAL,
    remediation="Replace wildcards in Principal by the ARNs of accounts, roles or users.",
    url="https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html",
    types=KEY_POLICY_TYPES,
    check=check,
)
