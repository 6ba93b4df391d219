# ruff: noqa: ARG002  # lifecycle methods have the same parameters for every type
"""`aws.iam.UserPolicyAttachment` and `aws.iam.RolePolicyAttachment`."""

from dataclasses import dataclass
from typing import Any

from local.provider.call import Call
from local.provider.errors import ProviderError
from local.provider.iam import requests
from local.provider.schema import Created, Lifecycle
from local.provider.values import Properties


@dataclass(frozen=True)
class Attachment(Lifecycle):
    """A managed policy attached to a user or role; its id is `<name>/<policy ARN>`.

    Attributes:
        holder: the input that names the user or role.
        parameter: its name in IAM's requests.
    """

    holder: str
    parameter: str

    def create(self, call: Call, inputs: Properties) -> Created:
        """AttachUserPolicy or AttachRolePolicy."""
        holder, arn = inputs[self.holder], inputs["policyArn"]
        attach = getattr(call.client("iam"), f"attach_{self.holder}_policy")
        attach(**{self.parameter: holder}, PolicyArn=arn)
        return Created(f"{holder}/{arn}")

    def read(self, call: Call, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """Whether the policy is attached."""
        holder, arn = split(resource_id)
        operation = f"list_attached_{self.holder}_policies"
        answer = requests.or_none(
            lambda: {
                "policies": requests.pages(call, operation, "AttachedPolicies", **{self.parameter: holder})
            }
        )
        attached = [policy["PolicyArn"] for policy in (answer or {}).get("policies", [])]
        return {self.holder: holder, "policyArn": arn} if arn in attached else None

    def update(
        self, call: Call, resource_id: str, old: Properties, new: Properties, changed: set[str]
    ) -> None:
        """Never called: a change of any property replaces the attachment."""

    def delete(self, call: Call, resource_id: str, known: Properties) -> None:
        """DetachUserPolicy or DetachRolePolicy."""
        holder, arn = split(resource_id)
        detach = getattr(call.client("iam"), f"detach_{self.holder}_policy")
        requests.unless_gone(lambda: detach(**{self.parameter: holder}, PolicyArn=arn))


class UserAttachment(Attachment):
    """A managed policy attached to a user."""

    def __init__(self) -> None:
        super().__init__("user", "UserName")


class RoleAttachment(Attachment):
    """A managed policy attached to a role."""

    def __init__(self) -> None:
        super().__init__("role", "RoleName")


def split(resource_id: str) -> tuple[str, str]:
    """Split an attachment's id into the user or role, and the policy's ARN.

    Raises:
        ProviderError: it is not `<name>/<policy ARN>`.
    """
    holder, separator, arn = resource_id.partition("/")
    if not separator or not arn.startswith("arn:"):
        raise ProviderError(f"the id of a policy attachment is `<name>/<policy ARN>`, got {resource_id!r}")
    return holder, arn
