"""KMS checks that a new key policy does not lock its author out.

https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
"""

from collections.abc import Sequence

from pulumi_policy import EnforcementLevel, Severity

from policies.declared.keys import KEY_POLICY_TYPES, Key, KeyPolicy, declared_key_policies
from policies.declared.resource import Resource
from policies.declared.values import UNKNOWN, as_boolean, in_sentence, stated
from policies.judging.branches import in_every_branch
from policies.judging.outcome import PROVEN, Outcome, disproved, pending
from policies.judging.rule import ResourceRule, Settings

PROPERTY = "bypassPolicyLockoutSafetyCheck"


def check(resource: Resource, _: Settings) -> Sequence[Outcome]:
    """One outcome for each key policy. By default, KMS makes the check."""
    return in_every_branch(declared_key_policies(resource), lambda one: [_outcome(one)])


def _outcome(one: Key | KeyPolicy) -> Outcome:
    bypassed = as_boolean(one.bypasses_lockout_check)
    if bypassed is False or one.bypasses_lockout_check is None:
        return PROVEN
    if bypassed is UNKNOWN:
        return pending(f"Whether {in_sentence(one.place)} bypasses the lockout check is unknown", PROPERTY)
    return disproved(
        f"{one.place} bypasses the lockout check: {PROPERTY} is {stated(one.bypasses_lockout_check)}. "
        "Remove it.",
        PROPERTY,
    )


RULE = ResourceRule(
    name="kms-key-lockout-check-kept",
    description="KMS checks that each key policy does not lock its author out.",
    level=EnforcementLevel.MANDATORY,
    severity=Severity.HIGH,
    remediation="Remove bypassPolicyLockoutSafetyCheck, and keep an administrator in the key policy.",
    url="https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html",
    types=KEY_POLICY_TYPES,
    check=check,
)
