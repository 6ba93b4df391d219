"""A replica has point-in-time recovery and deletion protection if its table has them.

A replica inherits neither setting from its table.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
"""

from collections.abc import Iterator, Sequence

from pulumi_policy import EnforcementLevel, Severity

from policies.declared.resource import Resource
from policies.declared.tables import TABLE_TYPES, Table, declared_tables
from policies.declared.values import UNKNOWN, as_boolean
from policies.judging.branches import in_every_branch
from policies.judging.outcome import Outcome
from policies.judging.rule import ResourceRule, Settings
from policies.judging.table_settings import switch_outcome


def check(resource: Resource, _: Settings) -> Sequence[Outcome]:
    """Two outcomes for each replica. A replica that is a separate resource must have both settings on."""
    declared = [one for one in declared_tables(resource) if isinstance(one, Table)]
    tables = [one for one in declared if not one.is_replica]
    recovers = not tables or any(
        as_boolean(table.point_in_time_recovery) in (True, UNKNOWN) for table in tables
    )
    protected = not tables or any(
        as_boolean(table.deletion_protection) in (True, UNKNOWN) for table in tables
    )
    recovery, protection = "point-in-time recovery", "deletion protection"

    def outcomes(replica: Table) -> Iterator[Outcome]:
        if recovers:
            yield switch_outcome(replica, recovery, replica.point_in_time_recovery)
        if protected:
            yield switch_outcome(replica, protection, replica.deletion_protection)

    return in_every_branch([one for one in declared if one.is_replica], outcomes)


RULE = ResourceRule(
    name="dynamodb-replica-as-safe-as-table",
    description="Each DynamoDB replica is as safe from loss as its table.",
    level=EnforcementLevel.ADVISORY,
    severity=Severity.MEDIUM,
    remediation="Set pointInTimeRecovery and deletionProtectionEnabled on each replica.",
    url="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html",
    types=TABLE_TYPES,
    check=check,
)
