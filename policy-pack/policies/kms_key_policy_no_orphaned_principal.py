"""No key policy names the unique id of a deleted principal.

When a user or role is deleted, AWS shows its unique id in the policies that named it. The next change of
such a policy fails, and a new user with the same name has no access.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
"""

import re
from collections.abc import Sequence

from pulumi_policy import EnforcementLevel, Severity

from policies.declared.documents import Statement, is_hidden
from policies.declared.keys import KEY_POLICY_TYPES, declared_key_policies
from policies.declared.resource import Resource
from policies.judging.branches import in_every_branch
from policies.judging.documents import HiddenError, document_outcome
from policies.judging.outcome import Outcome
from policies.judging.rule import ResourceRule, Settings

UNIQUE_ID = re.compile(r"A(?:ROA|IDA|GPA|IPA|NPA|NVA|PKA|SCA|SIA|KIA|BIA|CCA)[A-Z0-9]{12,124}(?::.*)?")


def check(resource: Resource, _: Settings) -> Sequence[Outcome]:
    """One outcome for each key policy."""
    return in_every_branch(
        declared_key_policies(resource),
        lambda one: [document_outcome(one.place, one.property, one.policy, fault)],
    )


def fault(statements: Sequence[Statement]) -> str | None:
    """The fault of a statement that names a unique id."""
    for one in statements:
        for principal in one.principals:
            if isinstance(principal, str) and UNIQUE_ID.fullmatch(principal):
                return f"names {principal} ({one.label}), the unique id of a deleted principal. Remove it."
    if any(is_hidden(principal) for one in statements for principal in one.principals):
        raise HiddenError
    return None


RULE = ResourceRule(
    name="kms-key-policy-no-orphaned-principal",
    description="Key policies name principals that exist.",
    level=EnforcementLevel.MANDATORY,
    severity=Severity.MEDIUM,
    remediation="Remove the unique id. If a new user or role replaces it, name that by its ARN.",
    url="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids",
    types=KEY_POLICY_TYPES,
    check=check,
)
