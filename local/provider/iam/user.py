# ruff: noqa: ARG002  # lifecycle methods have the same parameters for every type
"""`aws.iam.User`."""

from typing import Any

from local.provider import tags
from local.provider.call import Call
from local.provider.iam import requests
from local.provider.schema import Created, Lifecycle
from local.provider.values import Properties

# What prevents DeleteUser: list operation, its field, the entry's name, the request that deletes it.
CREDENTIALS = (
    ("list_access_keys", "AccessKeyMetadata", "AccessKeyId", "delete_access_key"),
    ("list_ssh_public_keys", "SSHPublicKeys", "SSHPublicKeyId", "delete_ssh_public_key"),
    ("list_signing_certificates", "Certificates", "CertificateId", "delete_signing_certificate"),
    ("list_mfa_devices", "MFADevices", "SerialNumber", "deactivate_mfa_device"),
)


class IamUser(Lifecycle):
    """A user; its id is its name."""

    def create(self, call: Call, inputs: Properties) -> Created:
        """CreateUser."""
        request = {
            "UserName": inputs["name"],
            "Path": inputs["path"],
            "PermissionsBoundary": inputs.get("permissionsBoundary"),
            "Tags": tags.to_list(inputs.get("tags")),
        }
        user = call.client("iam").create_user(**requests.given(request))["User"]
        return Created(user["UserName"], {"arn": user["Arn"], "uniqueId": user["UserId"]})

    def read(self, call: Call, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """GetUser."""
        iam = call.client("iam")
        answer = requests.or_none(lambda: iam.get_user(UserName=resource_id))
        if answer is None:
            return None
        user = answer["User"]
        return {
            "arn": user["Arn"],
            "name": user["UserName"],
            "path": user["Path"],
            "permissionsBoundary": (user.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn"),
            "uniqueId": user["UserId"],
            **tags.from_list(requests.pages(call, "list_user_tags", "Tags", UserName=resource_id)),
        }

    def update(
        self, call: Call, resource_id: str, old: Properties, new: Properties, changed: set[str]
    ) -> None:
        """Tags, path and boundary."""
        iam = call.client("iam")
        if "tags" in changed:
            change = tags.change(old, new)
            if change.remove:
                iam.untag_user(UserName=resource_id, TagKeys=change.remove)
            if change.set:
                iam.tag_user(UserName=resource_id, Tags=tags.to_list(change.set))
        if "path" in changed:
            iam.update_user(UserName=resource_id, NewPath=new["path"])
        if "permissionsBoundary" in changed:
            if boundary := new.get("permissionsBoundary"):
                iam.put_user_permissions_boundary(UserName=resource_id, PermissionsBoundary=boundary)
            else:
                iam.delete_user_permissions_boundary(UserName=resource_id)

    def delete(self, call: Call, resource_id: str, known: Properties) -> None:
        """Remove the user from its groups and delete it. With `forceDestroy`, first delete everything that
        prevents it.
        """
        iam = call.client("iam")
        if is_missing(call, resource_id):
            return
        for group in requests.pages(call, "list_groups_for_user", "Groups", UserName=resource_id):
            iam.remove_user_from_group(UserName=resource_id, GroupName=group["GroupName"])
        if known.get("forceDestroy"):
            remove_belongings(call, resource_id)
        requests.unless_gone(lambda: iam.delete_user(UserName=resource_id))


def remove_belongings(call: Call, user: str) -> None:
    """Delete everything that prevents DeleteUser, as the official plugin does for `forceDestroy`."""
    iam = call.client("iam")
    for name in requests.pages(call, "list_user_policies", "PolicyNames", UserName=user):
        iam.delete_user_policy(UserName=user, PolicyName=name)
    for policy in requests.pages(call, "list_attached_user_policies", "AttachedPolicies", UserName=user):
        iam.detach_user_policy(UserName=user, PolicyArn=policy["PolicyArn"])
    for operation, field, name, delete in CREDENTIALS:
        for entry in requests.pages(call, operation, field, UserName=user):
            getattr(iam, delete)(UserName=user, **{name: entry[name]})
    for entry in iam.list_service_specific_credentials(UserName=user)["ServiceSpecificCredentials"]:
        credential = entry["ServiceSpecificCredentialId"]
        iam.delete_service_specific_credential(UserName=user, ServiceSpecificCredentialId=credential)
    requests.unless_gone(lambda: iam.delete_login_profile(UserName=user))


def is_missing(call: Call, user: str) -> bool:
    """Whether the user does not exist."""
    iam = call.client("iam")
    return requests.or_none(lambda: iam.get_user(UserName=user)) is None
