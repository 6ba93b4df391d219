"""No IAM policy allows decryption with all keys, which would apply to each key whose policy lets IAM decide.

Conditions are ignored, as in controls KMS.1 and KMS.2 of AWS Security Hub.
https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html
"""

from collections.abc import Sequence

from pulumi_policy import EnforcementLevel, Severity

from policies.declared.actions import DECRYPTING
from policies.declared.documents import Statement, is_hidden, matches
from policies.declared.identity_policies import IDENTITY_POLICY_TYPES, identity_policies
from policies.declared.resource import Resource
from policies.declared.values import Value, shown
from policies.judging.branches import in_every_branch
from policies.judging.documents import HiddenError, document_outcome
from policies.judging.outcome import Outcome
from policies.judging.rule import ResourceRule, Settings

# A pattern that matches both of these matches all keys of some Region.
TWO_KEYS = ("key/1234abcd-12ab-34cd-56ef-1234567890ab", "key/mrk-fedcba0987654321fedcba0987654321")


def check(resource: Resource, _: Settings) -> Sequence[Outcome]:
    """One outcome for each policy document."""
    return in_every_branch(
        identity_policies(resource),
        lambda one: [document_outcome(one.place, one.property, one.document, fault)],
    )


def fault(statements: Sequence[Statement]) -> str | None:
    """The fault of a statement that allows decryption with all keys."""
    for one in statements:
        action = _decrypting(one)
        if not action:
            continue
        if one.not_resources:
            return f"allows {action} on all keys but a few ({one.label}, NotResource). Name the keys' ARNs."
        for resource in one.resources:
            if takes_in_all_keys(resource):
                return f"allows {action} on {shown(resource)} ({one.label}). Name the keys' ARNs."
    for one in statements:
        hidden_resource = any(is_hidden(resource) for resource in (*one.resources, *one.not_resources))
        if one.allows and (one.has_unknown_actions or (_decrypting(one) and hidden_resource)):
            raise HiddenError
    return None


def takes_in_all_keys(resource: Value) -> bool:
    """Whether a Resource pattern matches all keys of a Region, or more."""
    if not isinstance(resource, str):
        return False
    parts = resource.split(":", 5)
    if len(parts) < 6:
        return any(matches(resource, _key_arn_like(parts, key)) for key in TWO_KEYS)
    return matches(parts[2], "kms") and all(matches(parts[5], key) for key in TWO_KEYS)


def _key_arn_like(parts: Sequence[str], key: str) -> str:
    """An example ARN of a key in the partition and Region of a pattern."""
    given = dict(enumerate(parts))
    partition, region = (
        value if (value := given.get(number)) not in (None, "", "*") else example
        for number, example in ((1, "aws"), (3, "us-east-1"))
    )
    return f"arn:{partition}:kms:{region}:111122223333:{key}"


def _decrypting(one: Statement) -> str | None:
    return next((action for action in DECRYPTING if one.allows and one.covers(action)), None)


RULE = ResourceRule(
    name="iam-policy-no-decrypt-on-all-keys",
    description="IAM policies allow decryption with named KMS keys only.",
    level=EnforcementLevel.ADVISORY,
    severity=Severity.HIGH,
    remediation="Name the keys' ARNs in Resource, or leave kms:Decrypt to the key policies.",
    url="https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html",
    types=IDENTITY_POLICY_TYPES,
    check=check,
)
