"""No resource policy of a table lets just anyone in.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/access-control-resource-based.html
"""

from collections.abc import Iterator, Sequence

from pulumi_policy import EnforcementLevel, Severity

from policies import resource_types as types
from policies.declared.cloudformation import CONTAINERS, CloudFormationResource, cloudformation_resources
from policies.declared.resource import Resource
from policies.declared.values import Value
from policies.judging.documents import document_outcome
from policies.judging.outcome import Outcome
from policies.judging.rule import ResourceRule, Settings
from policies.kms_key_no_wildcard_principal import fault


def check(resource: Resource, _: Settings) -> Sequence[Outcome]:
    """One outcome for each resource policy."""
    return [document_outcome(place, holder, policy, fault) for place, holder, policy in _policies(resource)]


def _policies(resource: Resource) -> Iterator[tuple[str, str, Value]]:
    if resource.type == types.TABLE_RESOURCE_POLICY:
        yield "The resource policy", "policy", resource.properties.get("policy")
    for one in cloudformation_resources(resource):
        if isinstance(one, CloudFormationResource) and one.type == "AWS::DynamoDB::Table":
            for policy in one.values("ResourcePolicy", "PolicyDocument"):
                yield f"The table {one.place}".strip(), one.property, one.readable(policy)


RULE = ResourceRule(
    name="dynamodb-table-policy-no-wildcard-principal",
    description="Resource policies of DynamoDB tables name the principals that they allow.",
    level=EnforcementLevel.MANDATORY,
    severity=Severity.CRITICAL,
    remediation="Replace wildcards in Principal by the ARNs of accounts, roles or users.",
    url="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/access-control-resource-based.html",
    types=CONTAINERS | {types.TABLE_RESOURCE_POLICY, types.NATIVE_TABLE},
    check=check,
)
