"""The key is enabled. Nobody can read a table with a disabled key, and DynamoDB archives it after 7 days.

https://docs.aws.amazon.com/kms/latest/developerguide/enabling-keys.html
"""

from collections.abc import Sequence

from pulumi_policy import EnforcementLevel, Severity

from policies.declared.keys import KEY_TYPES, Key, declared_keys
from policies.declared.resource import Resource
from policies.declared.values import UNKNOWN, as_boolean, in_sentence, stated
from policies.judging.branches import in_every_branch
from policies.judging.outcome import PROVEN, Outcome, disproved, pending
from policies.judging.rule import ResourceRule, Settings


def check(resource: Resource, _: Settings) -> Sequence[Outcome]:
    """One outcome for each key; enabled is AWS's default."""
    return in_every_branch(declared_keys(resource), lambda key: [_outcome(key)])


def _outcome(key: Key) -> Outcome:
    enabled = as_boolean(key.enabled)
    if enabled is True or key.enabled is None:
        return PROVEN
    if enabled is UNKNOWN:
        return pending(f"Whether {in_sentence(key.place)} is enabled is unknown", "isEnabled")
    return disproved(
        f"{key.place} is not enabled: isEnabled is {stated(key.enabled)}. Set it to true.", "isEnabled"
    )


RULE = ResourceRule(
    name="kms-key-enabled",
    description="KMS keys are enabled.",
    level=EnforcementLevel.ADVISORY,
    severity=Severity.HIGH,
    remediation="Enable the key. To retire it, first move all its tables to another key.",
    url="https://docs.aws.amazon.com/kms/latest/developerguide/enabling-keys.html",
    types=KEY_TYPES,
    check=check,
)
