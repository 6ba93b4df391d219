"""Finds the Kinesis streams to which tables and replicas copy their changes.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/kds.html
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from policies import resource_types as types
from policies.declared.branches import Case
from policies.declared.cloudformation import CloudFormationResource, cloudformation_resources
from policies.declared.resource import Resource
from policies.declared.values import Value

TABLES = frozenset({"AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"})
STREAM = ("KinesisStreamSpecification", "StreamArn")


@dataclass(frozen=True)
class KinesisStream:
    """A stream's ARN and its place. `case` is the branch of its template, if any."""

    place: str
    property: str
    arn: Value
    case: Case | None = None


def kinesis_streams(resource: Resource) -> list[KinesisStream]:
    """The streams that a resource copies items to; none for other types."""
    if resource.type == types.KINESIS_DESTINATION:
        return [KinesisStream("The streaming destination", "streamArn", resource.properties.get("streamArn"))]
    return [
        replace(stream, case=case)
        for one in cloudformation_resources(resource)
        if isinstance(one, CloudFormationResource) and one.type in TABLES
        for case, streams in one.branches(_streams)
        for stream in streams
        if stream.arn is not None
    ]


def _streams(one: CloudFormationResource) -> Iterator[KinesisStream]:
    name = f"table {one.place}".strip()
    holder = one.property or "kinesisStreamSpecification"
    yield KinesisStream(f"The {name}", holder, one.value(*STREAM))
    replicas = one.resolved(one.node_in(one.properties, "Replicas"))
    for number, replica in enumerate(replicas if isinstance(replicas, list) else (), start=1):
        region = one.value_in(replica, "Region")
        where = f"replica in {region}" if isinstance(region, str) else f"replica {number}"
        yield KinesisStream(
            f"The {where} of the {name}", one.property or "replicas", one.value_in(replica, *STREAM)
        )
