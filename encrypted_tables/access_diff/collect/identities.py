"""The users, roles and groups of a stack, and the IAM policies that it attaches to any."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from encrypted_tables.access_diff.collect.policies import read_policy
from encrypted_tables.access_diff.collect.unresolved import Unresolved
from encrypted_tables.engine.preview import Resource
from encrypted_tables.engine.resource_types import (
    GROUP,
    GROUP_ATTACHMENTS,
    GROUP_MEMBERSHIP,
    GROUP_POLICY,
    GROUP_POLICY_ATTACHMENT,
    MANAGED_POLICY,
    POLICY_ATTACHMENT,
    ROLE,
    ROLE_ATTACHMENTS,
    ROLE_POLICY,
    ROLE_POLICY_ATTACHMENT,
    USER,
    USER_ATTACHMENTS,
    USER_GROUP_MEMBERSHIP,
    USER_POLICY,
    USER_POLICY_ATTACHMENT,
)
from encrypted_tables.engine.unknown import Unknown
from encrypted_tables.iam.documents import Policy, Unreadable, as_list
from encrypted_tables.iam.managed_policies import managed_policy
from encrypted_tables.iam.principals import Kind, Principal, parse_principal

# Resource types that attach policies, with the inputs for the policies and, by kind, their holders.
_INLINE = {
    USER_POLICY: "user",
    ROLE_POLICY: "role",
    GROUP_POLICY: "group",
}
_ATTACHMENTS = {
    USER_POLICY_ATTACHMENT: ("policyArn", {"user": "user"}),
    ROLE_POLICY_ATTACHMENT: ("policyArn", {"role": "role"}),
    GROUP_POLICY_ATTACHMENT: ("policyArn", {"group": "group"}),
    POLICY_ATTACHMENT: (
        "policyArn",
        {"user": "users", "role": "roles", "group": "groups"},
    ),
    USER_ATTACHMENTS: (
        "policyArns",
        {"user": "userName"},
    ),
    ROLE_ATTACHMENTS: (
        "policyArns",
        {"role": "roleName"},
    ),
    GROUP_ATTACHMENTS: (
        "policyArns",
        {"group": "groupName"},
    ),
}
_MEMBERSHIPS = {
    USER_GROUP_MEMBERSHIP: ("user", "groups"),
    GROUP_MEMBERSHIP: ("users", "group"),
}
Holder = tuple[str, str]  # kind, name


@dataclass
class Identity:
    """A user, role or group, with its policies in the stack."""

    principal: Principal
    policies: list[Policy] = field(default_factory=list)
    is_of_stack: bool = False
    """Whether the stack creates this user or role: then `policies` are all its policies."""
    boundary: Policy | None = None
    """Its permissions boundary."""
    trust: Policy | None = None
    """The trust policy of a role of the stack."""


class Identities:
    """The users and roles of the stack, and the others to which it attaches policies."""

    def __init__(self, resources: Iterable[Resource], account: str, partition: str) -> None:
        self._resources = {resource.urn: resource for resource in resources}
        self._account = account
        self._partition = partition
        self._found: dict[Principal, Identity] = {}
        self.unresolved: list[Unresolved] = []
        """Resources that attach policies to an unknown principal."""
        for resource in self._resources.values():
            self._read(resource)
        for resource in self._resources.values():
            self._join_groups(resource)

    def __iter__(self) -> Iterator[Identity]:
        """Each identity."""
        return iter(self._found.values())

    def get(self, principal: Principal) -> Identity | None:
        """The identity of this principal, or of its role; None if the stack has none."""
        return self._found.get(principal.holder)

    def _read(self, resource: Resource) -> None:
        inputs = resource.inputs
        if resource.type in (USER, ROLE):
            self._read_identity(resource)
        elif resource.type in _INLINE:
            kind = _INLINE[resource.type]
            self._attach(resource, {kind: kind}, [read_policy(inputs.get("policy"))])
        elif resource.type in _ATTACHMENTS:
            policies, holders = _ATTACHMENTS[resource.type]
            attached = [self._policy(resource, policies, arn) for arn in _values(inputs.get(policies))]
            self._attach(resource, holders, attached)

    def _read_identity(self, resource: Resource) -> None:
        kind = Kind.USER if resource.type == USER else Kind.ROLE
        identity = self._identity(resource, kind)
        identity.is_of_stack = True
        if boundary := resource.inputs.get("permissionsBoundary"):
            identity.boundary = self._policy(resource, "permissionsBoundary", boundary)
        if kind is Kind.ROLE:
            identity.trust = read_policy(resource.inputs.get("assumeRolePolicy"))
        for inline in _values(resource.inputs.get("inlinePolicies")):
            identity.policies.append(
                read_policy(inline.get("policy") if isinstance(inline, Mapping) else inline)
            )
        for arn in _values(resource.inputs.get("managedPolicyArns")):
            identity.policies.append(self._policy(resource, "managedPolicyArns", arn))

    def _identity(self, resource: Resource, kind: Kind) -> Identity:
        arn = resource.outputs.get("arn")
        known = parse_principal(arn) if isinstance(arn, str) else None
        name = resource.inputs.get("name") or resource.outputs.get("name") or resource.id
        if isinstance(name, Unknown) or not name:
            name = f"{resource.name} (name {Unknown.UNTIL_UPDATE.value})"
        path = resource.inputs.get("path") or "/"
        return self._at(known or self._principal(kind, str(name), path if isinstance(path, str) else "/"))

    def _principal(self, kind: Kind, name: str, path: str = "/") -> Principal:
        account = self._account
        arn = f"arn:{self._partition}:iam::{account}:{kind}{path}{name}" if account else ""
        return Principal(kind, account, name, arn)

    def _at(self, principal: Principal) -> Identity:
        return self._found.setdefault(principal, Identity(principal))

    def _attach(self, resource: Resource, holders: Mapping[str, str], policies: list[Policy]) -> None:
        for kind, key in holders.items():
            for name in _values(resource.inputs.get(key)):
                holder = self._name_of(resource, kind, key, name)
                if holder is None:
                    self._add_unresolved(resource)
                else:
                    self._at(self._principal(Kind(kind), holder)).policies.extend(policies)

    def _add_unresolved(self, resource: Resource) -> None:
        reason = f"who gets the policies of {resource.name}: known only after the update"
        self.unresolved.append(Unresolved(resource, reason))

    def _name_of(self, resource: Resource, kind: str, key: str, name: Any) -> str | None:  # noqa: ANN401  # JSON
        if not isinstance(name, Unknown):
            return str(name).rsplit("/", 1)[-1]
        wanted = {"user": USER, "role": ROLE, "group": GROUP}[kind]
        urns = [urn for urn in resource.dependencies.get(key, ()) if self._type(urn) == wanted]
        if len(urns) != 1:
            return None
        holder = self._resources[urns[0]]
        if kind == "group":
            return _group_name(holder)
        return self._identity(holder, Kind(kind)).principal.name

    def _type(self, urn: str) -> str:
        return self._resources[urn].type if urn in self._resources else ""

    def _policy(self, resource: Resource, key: str, arn: Any) -> Policy:  # noqa: ANN401  # JSON
        """The managed policy with this ARN, of the stack or of AWS."""
        if isinstance(arn, Unknown):
            urns = [urn for urn in resource.dependencies.get(key, ()) if self._type(urn) == MANAGED_POLICY]
            if len(urns) == 1:
                return read_policy(self._resources[urns[0]].inputs.get("policy"))
            return Unreadable(f"the policy that {resource.name} attaches is {arn.value}")
        for candidate in self._resources.values():
            if candidate.type == MANAGED_POLICY and candidate.outputs.get("arn", candidate.id) == arn:
                return read_policy(candidate.inputs.get("policy"))
        return managed_policy(str(arn)) or Unreadable(f"the text of {arn} is not in the preview")

    def _join_groups(self, resource: Resource) -> None:
        if resource.type not in _MEMBERSHIPS:
            return
        members, groups = _MEMBERSHIPS[resource.type]
        for user in _values(resource.inputs.get(members)):
            for group in _values(resource.inputs.get(groups)):
                name = self._name_of(resource, "user", members, user)
                joined = self._name_of(resource, "group", groups, group)
                if name is None or joined is None:
                    self._add_unresolved(resource)
                else:
                    policies = self._policies_of_group(joined)
                    self._at(self._principal(Kind.USER, name)).policies.extend(policies)

    def _policies_of_group(self, name: str) -> list[Policy]:
        if known := self.get(self._principal(Kind.GROUP, name)):
            return known.policies
        is_of_stack = any(_group_name(one) == name for one in self._resources.values() if one.type == GROUP)
        return [] if is_of_stack else [Unreadable(f"the policies of group {name} are not in this stack")]


def _group_name(group: Resource) -> str:
    return str(group.inputs.get("name") or group.name)


def _values(value: Any) -> list[Any]:  # noqa: ANN401  # a property of any type
    """A property as a list."""
    return as_list(value)
