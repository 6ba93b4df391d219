"""Finds the resource policies of tables, their replicas and their streams.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/access-control-resource-based.html
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from policies import resource_types as types
from policies.declared.branches import Case
from policies.declared.cloudformation import CloudFormationResource, cloudformation_resources
from policies.declared.documents import is_hidden
from policies.declared.resource import Resource
from policies.declared.values import Value

TABLES = frozenset({"AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"})
DOCUMENT = ("ResourcePolicy", "PolicyDocument")


@dataclass(frozen=True)
class TablePolicy:
    """A resource policy; `place` describes it in messages. `case` is the branch of its template, if any."""

    place: str
    property: str
    document: Value
    case: Case | None = None


def table_policies(resource: Resource) -> list[TablePolicy]:
    """The resource policies that a resource declares; none for other types."""
    if resource.type == types.TABLE_RESOURCE_POLICY:
        return [TablePolicy("The resource policy", "policy", resource.properties.get("policy"))]
    return [
        replace(policy, case=case)
        for one in cloudformation_resources(resource)
        if isinstance(one, CloudFormationResource) and one.type in TABLES
        for case, policies in one.branches(_policies)
        for policy in policies
    ]


def _policies(one: CloudFormationResource) -> Iterator[TablePolicy]:
    name = f"table {one.place}".strip()
    yield _policy(one, f"The {name}", one.value(*DOCUMENT))
    yield _policy(one, f"The stream of the {name}", one.value("StreamSpecification", *DOCUMENT))
    replicas = one.resolved(one.node_in(one.properties, "Replicas"))
    if is_hidden(replicas):
        yield _policy(one, f"A replica of the {name}", replicas)
    for number, replica in enumerate(replicas if isinstance(replicas, list) else (), start=1):
        region = one.value_in(replica, "Region")
        where = f"replica in {region}" if isinstance(region, str) else f"replica {number}"
        yield _policy(one, f"The {where} of the {name}", one.value_in(replica, *DOCUMENT))
        stream = one.value_in(replica, "ReplicaStreamSpecification", *DOCUMENT)
        yield _policy(one, f"The stream of the {where} of the {name}", stream)


def _policy(one: CloudFormationResource, place: str, document: Value) -> TablePolicy:
    return TablePolicy(place, one.property or "resourcePolicy", one.readable(document))
