"""Service and resource control policies of an account's organization.

They only limit access: without them, a "yes" can be wrong, but a "no" cannot.
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_authorization_policies.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from encrypted_tables.iam.documents import Policy, read_document
from encrypted_tables.verify.collect.account import Account, Member
from encrypted_tables.verify.collect.connections import Connections
from encrypted_tables.verify.collect.observe import Unknown, attempt

Levels = tuple[tuple[Policy, ...], ...]
"""The policies of each level, from the root of the organization to the account."""

_SERVICE, _RESOURCE = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
_NAMES = {_SERVICE: "service control policy", _RESOURCE: "resource control policy"}


@dataclass(frozen=True)
class ControlPolicies:
    """The control policies of an account; empty without an organization and for its management account."""

    of_principals: Levels = ()
    of_resources: Levels = ()


def read_control_policies(connections: Connections, account: str) -> ControlPolicies | Unknown:
    """The control policies that apply to an account, or the call that was denied.

    Member accounts can read them only if the organization delegates that.
    """
    client = connections.client("organizations")
    organization = attempt(
        "organizations:DescribeOrganization", lambda: client.describe_organization()["Organization"]
    )
    if isinstance(organization, Unknown):
        is_none = organization.code == "AWSOrganizationsNotInUseException"
        return ControlPolicies() if is_none else organization
    if not _is_limited(organization, account):
        return ControlPolicies()
    path = attempt("organizations:ListParents", lambda: _path(client, account))
    if isinstance(path, Unknown):
        return path
    of_principals = _levels(client, path, _SERVICE)
    if isinstance(of_principals, Unknown):
        return of_principals
    of_resources = _levels(client, path, _RESOURCE)
    return of_resources if isinstance(of_resources, Unknown) else ControlPolicies(of_principals, of_resources)


def not_covered(refused: Unknown) -> str:
    """What predictions do not cover if the control policies could not be read."""
    return (
        f"The service and resource control policies of the organization were not read ({refused.words}). "
        "They can only deny access: an answer yes may be wrong, but no reader is missing."
    )


def limited(account: Account, controls: ControlPolicies) -> Account:
    """The account limited by its control policies."""
    members = {
        principal: _under(member, controls.of_principals) for principal, member in account.members.items()
    }
    return Account(account.id, members, controls.of_principals, controls.of_resources)


def _under(member: Member, levels: Levels) -> Member:
    return replace(member, identity=replace(member.identity, service_control_policies=levels))


def _is_limited(organization: Mapping[str, Any], account: str) -> bool:
    return bool(organization["FeatureSet"] == "ALL" and organization["MasterAccountId"] != account)


def _path(client: Any, account: str) -> list[str]:  # noqa: ANN401  # boto3 clients have no static type
    """The root, the organizational units and the account."""
    found, kind = [account], ""
    while kind != "ROOT":
        (parent,) = client.list_parents(ChildId=found[0])["Parents"]
        kind = parent["Type"]
        found.insert(0, parent["Id"])
    return found


def _levels(client: Any, path: list[str], kind: str) -> Levels | Unknown:  # noqa: ANN401
    """The policies of a kind. Every level has at least one, so none means that the kind is not enabled."""
    levels = []
    for target in path:
        ids = attempt("organizations:ListPoliciesForTarget", partial(_ids, client, target, kind))
        if isinstance(ids, Unknown):
            return ids
        policies = attempt("organizations:DescribePolicy", partial(_policies, client, ids, kind))
        if isinstance(policies, Unknown):
            return policies
        levels.append(policies)
    return tuple(level for level in levels if level)


def _ids(client: Any, target: str, kind: str) -> list[str]:  # noqa: ANN401
    pages = client.get_paginator("list_policies_for_target").paginate(TargetId=target, Filter=kind)
    return [one["Id"] for page in pages for one in page["Policies"]]


def _policies(client: Any, ids: list[str], kind: str) -> tuple[Policy, ...]:  # noqa: ANN401
    found = (client.describe_policy(PolicyId=one)["Policy"] for one in ids)
    return tuple(
        read_document(one["Content"], f"{_NAMES[kind]} {one['PolicySummary']['Name']}") for one in found
    )
