"""Every DynamoDB table and replica is encrypted with a customer managed KMS key.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/EncryptionAtRest.html
"""

from collections.abc import Sequence

from pulumi_policy import EnforcementLevel, Severity

from policies.declared.resource import Resource
from policies.declared.tables import TABLE_TYPES, declared_tables
from policies.judging.branches import in_every_branch
from policies.judging.encryption import SETTINGS, encryption_outcomes, refused_if_only_aws_knows
from policies.judging.outcome import Outcome
from policies.judging.rule import ResourceRule, Settings


def check(resource: Resource, settings: Settings) -> Sequence[Outcome]:
    """One outcome for each table or replica that the resource declares."""
    outcomes = in_every_branch(
        declared_tables(resource), lambda one: encryption_outcomes(one, resource.account, settings)
    )
    return [refused_if_only_aws_knows(outcome, settings) for outcome in outcomes]


RULE = ResourceRule(
    name="dynamodb-table-customer-managed-key",
    description="DynamoDB tables and their replicas are encrypted with a customer managed KMS key.",
    level=EnforcementLevel.MANDATORY,
    severity=Severity.HIGH,
    remediation="Create a KMS key in the table's Region, enable the table's server-side encryption and give "
    "it the key's ARN; do the same for each replica with a key of the replica's Region.",
    url="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html",
    settings=SETTINGS,
    types=TABLE_TYPES,
    check=check,
    settled_in_stack=True,
)
