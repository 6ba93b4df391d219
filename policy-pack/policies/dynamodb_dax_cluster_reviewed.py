"""A DAX cluster caches items without the table's encryption: DAX cannot use a customer managed key.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAXEncryptionAtRest.html
"""

from collections.abc import Sequence

from pulumi_policy import EnforcementLevel, Severity

from policies import resource_types as types
from policies.declared.cloudformation import CONTAINERS, CloudFormationResource, cloudformation_resources
from policies.declared.resource import Resource
from policies.declared.tables import least
from policies.declared.values import Value, as_boolean, stated
from policies.judging.outcome import Outcome, disproved
from policies.judging.rule import ResourceRule, Settings


def check(resource: Resource, _: Settings) -> Sequence[Outcome]:
    """Disproved for each DAX cluster, because none can be encrypted with a customer managed key."""
    if resource.type == types.DAX_CLUSTER:
        block = resource.properties.get("serverSideEncryption")
        enabled = block.get("enabled") if isinstance(block, dict) else block
        return [
            _outcome("The DAX cluster", enabled, resource.properties.get("clusterEndpointEncryptionType"))
        ]
    return [
        _outcome(
            f"The DAX cluster {one.place}",
            least(one.values("SSESpecification", "SSEEnabled")),
            one.values("ClusterEndpointEncryptionType")[0],
        )
        for one in cloudformation_resources(resource)
        if isinstance(one, CloudFormationResource) and one.type == "AWS::DAX::Cluster"
    ]


def _outcome(place: str, at_rest: Value, endpoint: Value) -> Outcome:
    more = "" if as_boolean(at_rest) is True else f" Its encryption at rest is {stated(at_rest)}: enable it."
    more += "" if endpoint == "TLS" else f" Its endpoint encryption is {stated(endpoint)}: set it to TLS."
    return disproved(
        f"{place} caches items of tables, and cannot encrypt them with a customer managed key. "
        f"Read tables that need such a key without DAX.{more}"
    )


RULE = ResourceRule(
    name="dynamodb-dax-cluster-reviewed",
    description="Items of DynamoDB tables are not cached without the table's key.",
    level=EnforcementLevel.ADVISORY,
    severity=Severity.MEDIUM,
    remediation="Read tables with customer managed keys without DAX, or add a waiver for the cluster.",
    url="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAXEncryptionAtRest.html",
    types=CONTAINERS | {types.DAX_CLUSTER},
    check=check,
)
