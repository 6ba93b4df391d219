"""The table's resource policy, for access from other accounts or under conditions.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/access-control-resource-based.html
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from .key_policy import ProtectedTable
from .recreated_principals import DeployedPolicy, warn_of_recreated
from .table_settings import TableSettings

MAXIMUM_BYTES = 20_480


def attach_policy(
    name: str,
    table: aws.dynamodb.Table,
    settings: TableSettings,
    place: ProtectedTable,
    component: pulumi.Resource,
) -> None:
    """Attach a resource policy to the table, if there are statements."""
    if settings.resource_policy_statements:
        known = pulumi.Output.all(table.arn, settings.resource_policy_statements)
        policy = known.apply(lambda known: policy_document(*known))
        aws.dynamodb.ResourcePolicy(
            f"{name}-policy",
            resource_arn=table.arn,
            policy=policy,
            region=settings.region,
            opts=pulumi.ResourceOptions(parent=component),
        )
        subject = f"the resource policy of the table {place.name!r} in {place.region}"
        path = ["ResourcePolicy", "PolicyDocument"]
        deployed = DeployedPolicy(subject, "AWS::DynamoDB::Table", table.id, place.region, path)
        warn_of_recreated(component, policy, deployed)


def policy_document(table_arn: str, statements: Sequence[Mapping[str, Any]]) -> str:
    """The table's resource policy as JSON. The default resource is the table with its indexes."""
    resource = {"Resource": [table_arn, f"{table_arn}/index/*"]}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**resource, **s} for s in statements]})
