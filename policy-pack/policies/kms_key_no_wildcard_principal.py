"""No key policy allows everybody: it names its principals, or limits them by a condition.

https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
"""

from collections.abc import Sequence

from pulumi_policy import EnforcementLevel, Severity

from policies.declared.keys import KEY_POLICY_TYPES, declared_key_policies
from policies.declared.resource import Resource
from policies.judging.bounds import OF_KEY_POLICIES
from policies.judging.branches import in_every_branch
from policies.judging.documents import document_outcome
from policies.judging.outcome import Outcome
from policies.judging.rule import ResourceRule, Settings
from policies.judging.wildcards import wildcard_fault

FAULT = wildcard_fault(OF_KEY_POLICIES)


def check(resource: Resource, _: Settings) -> Sequence[Outcome]:
    """One outcome for each key policy."""
    return in_every_branch(
        declared_key_policies(resource),
        lambda one: [document_outcome(one.place, one.property, one.policy, FAULT)],
    )


RULE = ResourceRule(
    name="kms-key-no-wildcard-principal",
    description="Key policies name the principals that they allow, or limit them to an account, "
    "organisation, service or caller.",
    level=EnforcementLevel.MANDATORY,
    severity=Severity.CRITICAL,
    remediation="Replace wildcards in Principal by the ARNs of accounts, roles or users, or add a condition "
    "such as kms:CallerAccount with your account.",
    url="https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html",
    types=KEY_POLICY_TYPES,
    check=check,
)
