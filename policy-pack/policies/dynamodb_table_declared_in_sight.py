"""Tables are declared where policies can see them.

Some resources may create tables that no policy of this pack sees: a CloudFormation template from a URL, one
with a macro or modules, a nested stack, a custom resource that calls DynamoDB, a product of Service Catalog,
an application of the Serverless Application Repository, or a Kubernetes object from which a controller (ACK,
Crossplane) makes a table.
"""

from collections.abc import Sequence

from pulumi_policy import EnforcementLevel, Severity

from policies.declared.cloudformation import CONTAINERS, Unseen, cloudformation_resources
from policies.declared.resource import Resource
from policies.judging.outcome import PROVEN, Outcome, disproved
from policies.judging.rule import ResourceRule, Settings
from policies.resource_types import KUBERNETES_TABLE


def check(resource: Resource, _: Settings) -> Sequence[Outcome]:
    """Disproved for each place in the resource that cannot be read."""
    hidden = [one for one in cloudformation_resources(resource) if _is_hidden(one)]
    return [
        disproved(
            f"Tables that are created here cannot be checked: {one.reason}. Declare them as resources or in "
            "a templateBody, or check them in another way and add a waiver for this resource.",
            logical_id=one.logical_id,
        )
        for one in hidden
        if isinstance(one, Unseen)
    ] or [PROVEN]


def _is_hidden(one: object) -> bool:
    return isinstance(one, Unseen) and not one.is_unknown and not one.is_malformed


RULE = ResourceRule(
    name="dynamodb-table-declared-in-sight",
    description="DynamoDB tables are declared where their encryption can be checked.",
    level=EnforcementLevel.ADVISORY,
    severity=Severity.MEDIUM,
    remediation="Pass CloudFormation templates as templateBody, without nested stacks, and declare tables as "
    "resources, not by calls of a custom resource.",
    url="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html",
    types=CONTAINERS | {KUBERNETES_TABLE},
    check=check,
)
