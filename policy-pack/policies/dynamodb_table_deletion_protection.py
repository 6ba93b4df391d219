"""DynamoDB refuses to delete the table.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html
"""

from collections.abc import Sequence

from pulumi_policy import EnforcementLevel, Severity

from policies.declared.resource import Resource
from policies.declared.tables import TABLE_TYPES, Table, declared_tables
from policies.judging.branches import in_every_branch
from policies.judging.outcome import Outcome
from policies.judging.rule import ResourceRule, Settings
from policies.judging.table_settings import switch_outcome


def check(resource: Resource, _: Settings) -> Sequence[Outcome]:
    """One outcome for each table; another rule checks replicas."""
    tables = [one for one in declared_tables(resource) if isinstance(one, Table) and not one.is_replica]
    return in_every_branch(
        [table for table in tables if not table.barred],
        lambda table: [switch_outcome(table, "deletion protection", table.deletion_protection)],
    )


RULE = ResourceRule(
    name="dynamodb-table-deletion-protection",
    description="DynamoDB tables are protected from deletion.",
    level=EnforcementLevel.ADVISORY,
    severity=Severity.MEDIUM,
    remediation="Set deletionProtectionEnabled to true.",
    url="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html",
    types=TABLE_TYPES,
    check=check,
)
