"""The preview shows whether a table's key is an allowed customer managed key.

If this policy is advisory, other tables reach the update, which checks the ARN before it creates the table.
The update does not know a value that only AWS knows either, such as a key that another stack exports: such a
table passes with an advisory.
https://www.pulumi.com/docs/iac/concepts/inputs-outputs/
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from pulumi_policy import EnforcementLevel, Severity

from policies.judging.key_origin import Origin
from policies.judging.outcome import Outcome, disproved
from policies.judging.pending_keys import PendingKey, pending_keys
from policies.judging.rule import Settings, StackRule
from policies.judging.stack import Stack


def check(stack: Stack, _: Settings) -> Mapping[str, Sequence[Outcome]]:
    """Disproved for each table whose key the preview cannot decide, with the source of the key."""
    found: dict[str, list[Outcome]] = defaultdict(list)
    for key in pending_keys(stack):
        if message := _doubt(key):
            found[key.table.urn].append(disproved(message, logical_id=key.outcome.logical_id))
    return found


def _doubt(key: PendingKey) -> str | None:
    message = key.outcome.message.rstrip(".")
    if key.outcome.only_aws:
        return (
            f"{message}. Only AWS knows it, so the update cannot check whether it is a customer managed "
            "key. Give the table the ARN of a KMS key, or a key of its template."
        )
    undecided = f"{message}, and comes from {key.shown_sources}, which does not show whether it is"
    if key.origin is Origin.UNTOLD:
        return (
            f"{undecided} a customer managed key. Give the table the ARN "
            "that a KMS key exports, or a known ARN."
        )
    if key.origin is Origin.KEY and key.outcome.only_listed:
        return (
            f"{undecided} a key in the allowedKeyArns of the policy's config. Give the table the ARN of one "
            "of them."
        )
    return None


RULE = StackRule(
    name="dynamodb-table-key-decided",
    description="The preview can decide whether a DynamoDB table has an allowed customer managed KMS key.",
    level=EnforcementLevel.MANDATORY,
    severity=Severity.MEDIUM,
    remediation="Pass only the key's ARN, not joined with outputs of other resources.",
    url="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html",
    check=check,
    lets_through=True,
)
