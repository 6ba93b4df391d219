"""`aws.iam.Role`."""

import json
from typing import Any

from local.provider import tags
from local.provider.call import Call
from local.provider.iam import requests
from local.provider.policy_document import same_policy
from local.provider.schema import Created, Lifecycle
from local.provider.values import Properties, Value


class IamRole(Lifecycle):
    """A role; its id is its name."""

    def create(self, call: Call, inputs: Properties) -> Created:
        """CreateRole, retried while IAM does not yet know a new principal in the trust policy."""
        request = {
            "RoleName": requests.name_of(inputs),
            "Path": inputs["path"],
            "AssumeRolePolicyDocument": inputs["assumeRolePolicy"],
            "Description": inputs.get("description"),
            "MaxSessionDuration": inputs["maxSessionDuration"],
            "PermissionsBoundary": inputs.get("permissionsBoundary"),
            "Tags": tags.to_list(inputs.get("tags")),
        }
        iam = call.client("iam")
        made = call.after_iam_propagation(
            inputs["assumeRolePolicy"], lambda: iam.create_role(**requests.given(request))
        )
        role = made["Role"]
        return Created(role["RoleName"], {"arn": role["Arn"], "name": role["RoleName"]})

    def complete(self, call: Call, resource_id: str, inputs: Properties) -> None:
        """Attach the managed policies."""
        self._attach(call, resource_id, [], inputs.get("managedPolicyArns") or [])

    def read(self, call: Call, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """GetRole and its attached policies."""
        iam = call.client("iam")
        answer = requests.or_none(lambda: iam.get_role(RoleName=resource_id))
        if answer is None:
            return None
        role = answer["Role"]
        attached = requests.pages(
            call, "list_attached_role_policies", "AttachedPolicies", RoleName=resource_id
        )
        return {
            "arn": role["Arn"],
            "assumeRolePolicy": document(role["AssumeRolePolicyDocument"], known.get("assumeRolePolicy")),
            "createDate": role["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
            "description": role.get("Description", ""),
            "managedPolicyArns": sorted(policy["PolicyArn"] for policy in attached),
            "maxSessionDuration": role.get("MaxSessionDuration", 3600),
            "name": role["RoleName"],
            "namePrefix": known.get("namePrefix", ""),
            "path": role["Path"],
            "permissionsBoundary": (role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn"),
            "uniqueId": role["RoleId"],
            **tags.from_list(requests.pages(call, "list_role_tags", "Tags", RoleName=resource_id)),
        }

    def update(
        self, call: Call, resource_id: str, old: Properties, new: Properties, changed: set[str]
    ) -> None:
        """Tags, trust policy, description, session duration, boundary and managed policies."""
        iam, role = call.client("iam"), resource_id
        if "tags" in changed:
            change_tags(call, role, old, new)
        if "assumeRolePolicy" in changed:
            policy = new["assumeRolePolicy"]
            call.after_iam_propagation(
                policy, lambda: iam.update_assume_role_policy(RoleName=role, PolicyDocument=policy)
            )
        if "description" in changed:
            iam.update_role_description(RoleName=role, Description=new.get("description", ""))
        if "maxSessionDuration" in changed:
            iam.update_role(RoleName=role, MaxSessionDuration=new["maxSessionDuration"])
        if "permissionsBoundary" in changed:
            if boundary := new.get("permissionsBoundary"):
                iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=boundary)
            else:
                iam.delete_role_permissions_boundary(RoleName=role)
        if "managedPolicyArns" in changed:
            self._attach(call, role, old.get("managedPolicyArns") or [], new.get("managedPolicyArns") or [])

    def delete(self, call: Call, resource_id: str, known: Properties) -> None:
        """DeleteRole. With `forceDetachPolicies`, remove its policies first; otherwise IAM refuses if it has
        any.
        """
        iam, role = call.client("iam"), resource_id
        if requests.or_none(lambda: iam.get_role(RoleName=role)) is None:
            return
        own = known.get("managedPolicyArns") or []
        attached = requests.pages(call, "list_attached_role_policies", "AttachedPolicies", RoleName=role)
        for policy in attached:
            if known.get("forceDetachPolicies") or policy["PolicyArn"] in own:
                iam.detach_role_policy(RoleName=role, PolicyArn=policy["PolicyArn"])
        if known.get("forceDetachPolicies"):
            for name in requests.pages(call, "list_role_policies", "PolicyNames", RoleName=role):
                iam.delete_role_policy(RoleName=role, PolicyName=name)
        requests.unless_gone(lambda: iam.delete_role(RoleName=role))

    def _attach(self, call: Call, role: str, old: list[str], new: list[str]) -> None:
        iam = call.client("iam")
        for arn in sorted({*old} - {*new}):
            iam.detach_role_policy(RoleName=role, PolicyArn=arn)
        for arn in sorted({*new} - {*old}):
            iam.attach_role_policy(RoleName=role, PolicyArn=arn)


def change_tags(call: Call, role: str, old: Properties, new: Properties) -> None:
    """Remove and set the tags that differ."""
    iam, change = call.client("iam"), tags.change(old, new)
    if change.remove:
        iam.untag_role(RoleName=role, TagKeys=change.remove)
    if change.set:
        iam.tag_role(RoleName=role, Tags=tags.to_list(change.set))


def document(found: Value, known: str | None) -> str:
    """IAM's policy document as text; the program's text if it is equivalent."""
    text = found if isinstance(found, str) else json.dumps(found, separators=(",", ":"))
    return known if known and same_policy(text, known) else text
