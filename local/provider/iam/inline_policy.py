# ruff: noqa: ARG002  # lifecycle methods have the same parameters for every type
"""`aws.iam.UserPolicy` and `aws.iam.RolePolicy`: inline policies of a user or role."""

from dataclasses import dataclass
from typing import Any

from local.provider.call import Call
from local.provider.errors import ProviderError
from local.provider.iam import requests
from local.provider.iam.role import document
from local.provider.schema import Created, Lifecycle
from local.provider.values import Properties


@dataclass(frozen=True)
class InlinePolicy(Lifecycle):
    """An inline policy; its id is `<user or role>:<policy name>`.

    Attributes:
        holder: the input that names the user or role.
        parameter: its name in IAM's requests.
    """

    holder: str
    parameter: str

    def create(self, call: Call, inputs: Properties) -> Created:
        """PutUserPolicy or PutRolePolicy."""
        name = requests.name_of(inputs)
        self._put(call, inputs[self.holder], name, inputs["policy"])
        return Created(f"{inputs[self.holder]}:{name}", {"name": name})

    def read(self, call: Call, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """GetUserPolicy or GetRolePolicy."""
        holder, name = split(resource_id)
        get = getattr(call.client("iam"), f"get_{self.holder}_policy")
        answer = requests.or_none(lambda: get(**{self.parameter: holder}, PolicyName=name))
        if answer is None:
            return None
        return {
            "name": name,
            "namePrefix": known.get("namePrefix", ""),
            "policy": document(answer["PolicyDocument"], known.get("policy")),
            self.holder: holder,
        }

    def update(
        self, call: Call, resource_id: str, old: Properties, new: Properties, changed: set[str]
    ) -> None:
        """PutUserPolicy or PutRolePolicy."""
        if "policy" in changed:
            self._put(call, *split(resource_id), new["policy"])

    def delete(self, call: Call, resource_id: str, known: Properties) -> None:
        """DeleteUserPolicy or DeleteRolePolicy."""
        holder, name = split(resource_id)
        delete = getattr(call.client("iam"), f"delete_{self.holder}_policy")
        requests.unless_gone(lambda: delete(**{self.parameter: holder}, PolicyName=name))

    def _put(self, call: Call, holder: str, name: str, policy: str) -> None:
        put = getattr(call.client("iam"), f"put_{self.holder}_policy")
        put(**{self.parameter: holder}, PolicyName=name, PolicyDocument=policy)


class UserInlinePolicy(InlinePolicy):
    """An inline policy of a user."""

    def __init__(self) -> None:
        super().__init__("user", "UserName")


class RoleInlinePolicy(InlinePolicy):
    """An inline policy of a role."""

    def __init__(self) -> None:
        super().__init__("role", "RoleName")


def split(resource_id: str) -> tuple[str, str]:
    """Split an inline policy's id into the user or role, and the policy's name.

    Raises:
        ProviderError: it is not `<user or role>:<policy name>`.
    """
    holder, separator, name = resource_id.partition(":")
    if not separator or not holder or not name:
        raise ProviderError(
            f"the id of an inline policy is `<user or role>:<policy name>`, got {resource_id!r}"
        )
    return holder, name
