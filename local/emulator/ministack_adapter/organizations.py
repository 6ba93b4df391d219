"""The organizations that ministack stores."""

import json
from dataclasses import dataclass

from .modules import Record, _organizations
from .request import region, scope

RCP_FULL_ACCESS = "p-RCPFullAWSAccess"


@dataclass(frozen=True)
class Membership:
    """An account's place in an organization: the ids from the root to the account."""

    management_account: str
    path: tuple[str, ...]


def organization(management_account: str) -> Record:
    """The organization of a management account, created if there is none."""
    with scope(management_account, region()):
        _organizations._ensure_org()
        found: Record = _organizations._orgs["self"]
        return found


def membership(account: str) -> Membership | None:
    """The place of an account in the organization that it joined."""
    for (management, member), record in _organizations._accounts.to_dict().items():
        if member == account:
            return Membership(management, _path(management, record))
    return None


def _path(management: str, record: Record) -> tuple[str, ...]:
    path = [record["Id"]]
    while parent := record.get("_ParentId"):
        path.insert(0, parent)
        record = _organizations._ous.get_scoped(management, None, parent) or {}
    return tuple(path)


def add_member(management: str, account: str) -> None:
    """Add an account to an organization, at its root and with full access."""
    organization_id = organization(management)["Id"]
    with scope(management, region()):
        (root,) = _organizations._roots
        _organizations._accounts[account] = {
            "Id": account,
            "Arn": f"arn:aws:organizations::{management}:account/{organization_id}/{account}",
            "Email": f"{account}@example.com",
            "Name": account,
            "Status": "ACTIVE",
            "JoinedMethod": "INVITED",
            "_ParentId": root,
        }
        give_full_access(account)


def give_full_access(target: str) -> None:
    """Attach AWS's own control policies, which allow everything, to a root, unit or account."""
    for policy in (_organizations.FULL_ACCESS_POLICY_ID, RCP_FULL_ACCESS):
        attached = _organizations._attachments.get(policy)
        if attached is not None and target not in attached:
            _organizations._attachments[policy] = [*attached, target]


def enable_resource_control_policies() -> None:
    """Attach RCPFullAWSAccess to everything in this account's organization."""
    statement = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    _organizations._policies[RCP_FULL_ACCESS] = {
        "Id": RCP_FULL_ACCESS,
        "Arn": f"arn:aws:organizations::aws:policy/resource_control_policy/{RCP_FULL_ACCESS}",
        "Name": "RCPFullAWSAccess",
        "Description": "Allows access to every resource",
        "Type": "RESOURCE_CONTROL_POLICY",
        "AwsManaged": True,
        "_Content": json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    }
    every = (_organizations._roots, _organizations._ous, _organizations._accounts)
    _organizations._attachments[RCP_FULL_ACCESS] = [target for store in every for target in store]


def control_policies(management: str, target: str, kind: str) -> list[str]:
    """The documents of a type of policy that are attached to a root, unit or account."""
    with scope(management, region()):
        attached = [one for one, targets in _organizations._attachments.items() if target in targets]
        found = [_organizations._policies[one] for one in attached]
        return [one["_Content"] for one in found if one["Type"] == kind]
