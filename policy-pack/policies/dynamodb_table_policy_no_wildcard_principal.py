"""No resource policy of a table, replica or stream allows everybody.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/access-control-resource-based.html
"""

from collections.abc import Sequence

from pulumi_policy import EnforcementLevel, Severity

from policies import resource_types as types
from policies.declared.cloudformation import CONTAINERS
from policies.declared.resource import Resource
from policies.declared.table_policies import table_policies
from policies.judging.bounds import OF_TABLE_POLICIES
from policies.judging.branches import in_every_branch
from policies.judging.documents import document_outcome
from policies.judging.outcome import Outcome
from policies.judging.rule import ResourceRule, Settings
from policies.judging.wildcards import wildcard_fault

FAULT = wildcard_fault(OF_TABLE_POLICIES)


def check(resource: Resource, _: Settings) -> Sequence[Outcome]:
    """One outcome for each resource policy."""
    return in_every_branch(
        table_policies(resource),
        lambda one: [document_outcome(one.place, one.property, one.document, FAULT)],
    )


RULE = ResourceRule(
    name="dynamodb-table-policy-no-wildcard-principal",
    description="Resource policies of DynamoDB tables, replicas and streams name the principals that "
    "they allow, or limit them to an account, organisation, service or caller.",
    level=EnforcementLevel.MANDATORY,
    severity=Severity.CRITICAL,
    remediation="Replace wildcards in Principal by the ARNs of accounts, roles or users, or add a condition "
    "such as aws:PrincipalAccount with your account.",
    url="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/access-control-resource-based.html",
    types=CONTAINERS | {types.TABLE_RESOURCE_POLICY, types.NATIVE_TABLE, types.NATIVE_GLOBAL_TABLE},
    check=check,
)
