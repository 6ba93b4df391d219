"""Every DynamoDB table and every replica uses a customer managed KMS key.

A table without encryption settings uses an AWS owned key, and encryption without a key uses the AWS managed
key. You cannot change the policy of either.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/EncryptionAtRest.html
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from pulumi_policy import EnforcementLevel, Severity

from policies import resource_types as types
from policies.declared.resource import Resource
from policies.declared.tables import TABLE_TYPES, Encryption, Table, declared_tables
from policies.judging.branches import in_every_branch
from policies.judging.encryption import ADVICE, SETTINGS, encryption_outcomes, refused
from policies.judging.key_origin import aws_managed_keys
from policies.judging.outcome import Outcome, disproved
from policies.judging.rule import ResourceRule, Settings
from policies.judging.stack import Stack


def check(resource: Resource, settings: Settings) -> Sequence[Outcome]:
    """One outcome for each table or replica that the resource declares."""
    return in_every_branch(
        declared_tables(resource), lambda one: encryption_outcomes(one, resource.account, settings)
    )


def check_stack(stack: Stack, _: Settings) -> Mapping[str, Sequence[Outcome]]:
    """Disproved for each table whose key is AWS managed, as an alias of the stack (from `Alias.get`) shows.

    The ARN alone does not show whether a key is AWS managed.
    """
    managed = aws_managed_keys(stack.of_types((types.ALIAS, types.NATIVE_ALIAS)))
    if not managed:
        return {}
    found: dict[str, list[Outcome]] = defaultdict(list)
    for resource in stack.of_types(TABLE_TYPES):
        for table in declared_tables(resource):
            if isinstance(table, Table) and isinstance(table.encryption, Encryption):
                key = table.encryption.key
                if isinstance(key, str) and (alias := managed.get(key.rpartition("/")[2])):
                    fault = f"names the key {key} of {alias}: an AWS managed key. {ADVICE}."
                    found[resource.urn].append(disproved(f"{table.place} {fault}", table.property))
    return found


RULE = ResourceRule(
    name="dynamodb-table-customer-managed-key",
    description="DynamoDB tables and their replicas are encrypted with a customer managed KMS key.",
    level=EnforcementLevel.MANDATORY,
    severity=Severity.HIGH,
    remediation="Create a KMS key in the table's Region, enable server-side encryption and set the key's "
    "ARN. Do the same for each replica with a key in the replica's Region.",
    url="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html",
    settings=SETTINGS,
    types=TABLE_TYPES,
    check=check,
    check_stack=check_stack,
    refused=refused,
    settled_in_stack=True,
)
