"""Warns in a preview of users and roles that were deleted and created again since the last update.

KMS and DynamoDB store the unique ids of the principals that a policy names, and show the id of one that was
deleted. A new one with the same ARN has no access until the policy is written again, but Pulumi sees no
change. The AWS provider reads a policy only in a refresh; Cloud Control API reads it without one.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pulumi

from .inputs import when_known
from .statements import principals, users_and_roles, users_and_roles_in

_GET_RESOURCE = "aws:cloudcontrol/getResource:getResource"
_UNIQUE_ID = re.compile(r"A(?:ROA|IDA)[A-Z0-9]{12,124}")


@dataclass(frozen=True)
class DeployedPolicy:
    """A policy in AWS, as Cloud Control API finds it.

    Attributes:
        subject: its name in messages.
        kind: the type of the resource that has it, in CloudFormation.
        identifier: that resource's identifier; unknown until the resource exists.
        region: that resource's Region.
        path: the properties that lead to the policy.
    """

    subject: str
    kind: str
    identifier: pulumi.Output[str]
    region: str
    path: Sequence[str]


@dataclass(frozen=True)
class Recreated:
    """Principals of a declared policy, and the unique ids that the policy in AWS has in their place."""

    principals: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


def recreated(declared: Mapping[str, Any], deployed: Mapping[str, Any]) -> Recreated:
    """The principals that were deleted since the policy was written.

    None if the policies name other principals, too: the next update then writes the policy in any case.
    """
    wanted, found = users_and_roles(declared), users_and_roles(deployed)
    ids = {name for name in principals(deployed) if _UNIQUE_ID.fullmatch(name)}
    missing = wanted - found
    if len(missing) != len(ids) or found - wanted:
        return Recreated()
    return Recreated(tuple(sorted(missing)), tuple(sorted(ids)))


def warn_of_recreated(
    component: pulumi.Resource,
    declared: pulumi.Input[str],
    deployed: DeployedPolicy,
    is_watched: Callable[[str], bool] = lambda _: False,
) -> None:
    """Warn in a preview if users or roles of a policy were created again.

    Without permission to read the policy there is no warning: a preview needs no permissions.

    Args:
        component: the component that has the policy.
        declared: the policy, as JSON.
        deployed: the policy in AWS.
        is_watched: whether the declared policy changes when this principal is created again.
    """

    def look(policy: str) -> pulumi.Input[None]:
        if all(map(is_watched, users_and_roles_in(policy))):
            return None
        document = json.loads(policy)
        return deployed.identifier.apply(
            lambda identifier: _compare(component, document, deployed, identifier)
        )

    if pulumi.runtime.is_dry_run():
        when_known(cast("str", declared), look)


async def _compare(
    component: pulumi.Resource, document: Mapping[str, Any], deployed: DeployedPolicy, identifier: str
) -> None:
    policy = await _policy_in_aws(component, deployed, identifier)
    found = recreated(document, policy)
    if found.ids:
        pulumi.log.warn(
            f"{deployed.subject} has {', '.join(found.ids)}, the unique id of a deleted user or role, and "
            f"not {', '.join(found.principals)}, which may have been created again. Unless this update "
            "changes the policy, give access back with `pulumi up --refresh`.",
            component,
        )


async def _policy_in_aws(
    component: pulumi.Resource, deployed: DeployedPolicy, identifier: str
) -> Mapping[str, Any]:
    """The policy; empty if there is none, or if AWS does not show it."""
    asked = {"typeName": deployed.kind, "identifier": identifier, "region": deployed.region}
    try:
        answer = await pulumi.runtime.invoke_async(
            _GET_RESOURCE, asked, pulumi.InvokeOptions(parent=component)
        )
    except Exception as error:  # noqa: BLE001  # a failed invoke has no type of its own
        pulumi.log.debug(f"{deployed.subject} was not read: {error}", component)
        return {}
    found = json.loads((answer or {}).get("properties") or "{}")
    for part in deployed.path:
        found = found.get(part) or {}
    policy: Mapping[str, Any] = json.loads(found) if isinstance(found, str) else found
    return policy
