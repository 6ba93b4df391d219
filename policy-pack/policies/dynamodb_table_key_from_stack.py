"""A table's key that is unknown at preview is a KMS key of the same stack.

At preview a new key has no ARN, but the resources that the setting depends on are known. The update checks
the ARN before it creates the table.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from pulumi_policy import EnforcementLevel, Severity

from policies.judging.key_origin import Origin
from policies.judging.outcome import Outcome, disproved
from policies.judging.pending_keys import pending_keys
from policies.judging.rule import Settings, StackRule
from policies.judging.stack import Stack


def check(stack: Stack, _: Settings) -> Mapping[str, Sequence[Outcome]]:
    """Disproved for each table whose unknown key is not from a KMS key that it can use."""
    found: dict[str, list[Outcome]] = defaultdict(list)
    for key in pending_keys(stack):
        if key.origin is Origin.NO_KEY and not key.outcome.only_aws:
            found[key.table.urn].append(
                disproved(
                    f"{key.outcome.message.rstrip('.')}. It comes from {key.shown_sources}, "
                    f"which is not a KMS key{_of_region(key.outcome)}. Give the table the ARN of a KMS key.",
                    logical_id=key.outcome.logical_id,
                )
            )
    return found


def _of_region(outcome: Outcome) -> str:
    return f" in {outcome.region}" if outcome.region else ""


RULE = StackRule(
    name="dynamodb-table-key-from-stack",
    description="The key that is created together with a DynamoDB table is a KMS key in the table's Region.",
    level=EnforcementLevel.MANDATORY,
    severity=Severity.HIGH,
    remediation="Give the table's encryption settings the ARN that a KMS key of the stack exports.",
    url="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html",
    check=check,
)
