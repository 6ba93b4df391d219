# ruff: noqa: ARG002  # lifecycle methods have the same parameters for every type
"""`aws.iam.Policy`: a customer managed policy."""

from typing import Any

from local.provider import tags
from local.provider.call import Call
from local.provider.iam import requests
from local.provider.iam.role import document
from local.provider.schema import Created, Lifecycle
from local.provider.values import Properties

MOST_VERSIONS = 5


class IamPolicy(Lifecycle):
    """A policy; its id is its ARN."""

    def create(self, call: Call, inputs: Properties) -> Created:
        """CreatePolicy."""
        request = {
            "PolicyName": requests.name_of(inputs),
            "Path": inputs["path"],
            "PolicyDocument": inputs["policy"],
            "Description": inputs.get("description"),
            "Tags": tags.to_list(inputs.get("tags")),
        }
        policy = call.client("iam").create_policy(**requests.given(request))["Policy"]
        return Created(policy["Arn"], {"arn": policy["Arn"], "name": policy["PolicyName"]})

    def read(self, call: Call, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """GetPolicy and its default version."""
        iam = call.client("iam")
        answer = requests.or_none(lambda: iam.get_policy(PolicyArn=resource_id))
        if answer is None:
            return None
        policy = answer["Policy"]
        version = iam.get_policy_version(PolicyArn=resource_id, VersionId=policy["DefaultVersionId"])
        return {
            "arn": policy["Arn"],
            "attachmentCount": policy.get("AttachmentCount", 0),
            "description": policy.get("Description") or known.get("description"),
            "name": policy["PolicyName"],
            "namePrefix": known.get("namePrefix", ""),
            "path": policy["Path"],
            "policy": document(version["PolicyVersion"]["Document"], known.get("policy")),
            "policyId": policy["PolicyId"],
            **tags.from_list(requests.pages(call, "list_policy_tags", "Tags", PolicyArn=resource_id)),
        }

    def update(
        self, call: Call, resource_id: str, old: Properties, new: Properties, changed: set[str]
    ) -> None:
        """Tags, then a new default version. IAM keeps five versions, so the oldest may have to be deleted."""
        iam = call.client("iam")
        if "tags" in changed:
            change = tags.change(old, new)
            if change.remove:
                iam.untag_policy(PolicyArn=resource_id, TagKeys=change.remove)
            if change.set:
                iam.tag_policy(PolicyArn=resource_id, Tags=tags.to_list(change.set))
        if "policy" in changed:
            versions = _other_versions(call, resource_id)
            if len(versions) >= MOST_VERSIONS - 1:
                iam.delete_policy_version(PolicyArn=resource_id, VersionId=versions[-1])
            iam.create_policy_version(PolicyArn=resource_id, PolicyDocument=new["policy"], SetAsDefault=True)

    def delete(self, call: Call, resource_id: str, known: Properties) -> None:
        """Delete the other versions, then the policy. IAM refuses to delete an attached policy."""
        iam = call.client("iam")
        if requests.or_none(lambda: iam.get_policy(PolicyArn=resource_id)) is None:
            return
        for version in _other_versions(call, resource_id):
            iam.delete_policy_version(PolicyArn=resource_id, VersionId=version)
        requests.unless_gone(lambda: iam.delete_policy(PolicyArn=resource_id))


def _other_versions(call: Call, arn: str) -> list[str]:
    """The versions that are not the default, newest first."""
    versions = requests.pages(call, "list_policy_versions", "Versions", PolicyArn=arn)
    others = [version for version in versions if not version["IsDefaultVersion"]]
    return [v["VersionId"] for v in sorted(others, key=lambda v: int(v["VersionId"][1:]), reverse=True)]
