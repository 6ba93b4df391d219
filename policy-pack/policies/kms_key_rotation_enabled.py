"""KMS rotates symmetric keys whose key material it created.

https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
"""

from collections.abc import Sequence

from pulumi_policy import EnforcementLevel, Severity

from policies.declared.keys import KEY_TYPES, Key, declared_keys, is_symmetric_encryption
from policies.declared.resource import Resource
from policies.declared.values import UNKNOWN, as_boolean, in_sentence, stated
from policies.judging.branches import in_every_branch
from policies.judging.outcome import PROVEN, Outcome, disproved, pending
from policies.judging.rule import ResourceRule, Settings


def check(resource: Resource, _: Settings) -> Sequence[Outcome]:
    """One outcome for each key that can be rotated."""
    keys = [key for key in declared_keys(resource) if key.rotates_here]
    rotated = [key for key in keys if is_symmetric_encryption(key) is not False]
    return in_every_branch(rotated, lambda key: [_outcome(key)])


def _outcome(key: Key) -> Outcome:
    rotation = as_boolean(key.rotation)
    if rotation is True:
        return PROVEN
    if rotation is UNKNOWN:
        return pending(f"The rotation of {in_sentence(key.place)} is unknown", "enableKeyRotation")
    return disproved(
        f"Rotation of {in_sentence(key.place)} is {stated(key.rotation)}. Set it to true.",
        "enableKeyRotation",
    )


RULE = ResourceRule(
    name="kms-key-rotation-enabled",
    description="KMS keys are rotated automatically.",
    level=EnforcementLevel.ADVISORY,
    severity=Severity.MEDIUM,
    remediation="Set enableKeyRotation to true. Rotation does not change the key's id or ARN.",
    url="https://docs.aws.amazon.com/kms/latest/developerguide/rotating-keys-enable.html",
    types=KEY_TYPES,
    check=check,
)
