"""The customer managed keys of one side of an update, and which key a reference means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from access_diff.policy import NOT_KNOWN, Document, Policy, Unreadable, read_policy
from access_diff.preview import Resource
from access_diff.principals import Kind, Principal, as_list, parse_principal
from access_diff.unknown import Unknown
from access_diff.world import Grant, Key

KEY, REPLICA_KEY = "aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey"
EXTERNAL_KEY, REPLICA_EXTERNAL_KEY = (
    "aws:kms/externalKey:ExternalKey",
    "aws:kms/replicaExternalKey:ReplicaExternalKey",
)
KEYS = frozenset({KEY, REPLICA_KEY, EXTERNAL_KEY, REPLICA_EXTERNAL_KEY})
PRINCIPALS = {"aws:iam/user:User": Kind.USER, "aws:iam/role:Role": Kind.ROLE}
KEY_POLICY, GRANT, ALIAS = "aws:kms/keyPolicy:KeyPolicy", "aws:kms/grant:Grant", "aws:kms/alias:Alias"


@dataclass(frozen=True)
class Side:
    """One side of an update: its resources, and the facts that hold for all of them."""

    resources: Mapping[str, Resource]
    account: str
    partition: str
    region: str
    """The Region of a resource that names none; empty while it is not known."""
    is_before: bool

    def of(self, types: Iterable[str]) -> list[Resource]:
        """The resources of these types."""
        wanted = frozenset(types)
        return [resource for resource in self.resources.values() if resource.type in wanted]

    def value(self, resource: Resource, name: str) -> Any:  # noqa: ANN401  # a property of any type
        """A property: before an update as AWS last told it, after it as the program wants it."""
        first, second = resource.inputs, resource.outputs
        if self.is_before:
            first, second = second, first
        value = first.get(name)
        if value is None or isinstance(value, Unknown):
            other = second.get(name)
            return value if other is None else other
        return value

    def set_by(self, resource: Resource, name: str) -> Any:  # noqa: ANN401  # a property of any type
        """A property that is gone when the program no longer sets it."""
        return self.value(resource, name) if self.is_before else resource.inputs.get(name)

    def account_of(self, resource: Resource) -> str:
        """The account in which the resource is; the stack's when its ARN is not known."""
        arn = resource.outputs.get("arn")
        return arn.split(":")[4] if isinstance(arn, str) and arn.count(":") >= 5 else self.account

    def region_of(self, resource: Resource) -> str:
        """The Region in which the resource is; empty while that is not known."""
        for value in (resource.inputs.get("region"), resource.outputs.get("region")):
            if isinstance(value, str) and value:
                return value
        arn = resource.outputs.get("arn")
        return arn.split(":")[3] if isinstance(arn, str) and arn.count(":") >= 5 else self.region


def keys_of(side: Side) -> dict[str, Key]:
    """The keys by URN, each with its policy and grants."""
    references = References(side)
    policies = _separate_policies(side, references)
    grants = _grants(side, references)
    return {
        resource.urn: Key(
            resource.urn,
            references.label(resource),
            references.arn(resource),
            isinstance(resource.outputs.get("arn"), str),
            side.region_of(resource),
            policies.get(resource.urn) or _own_policy(side, resource),
            tuple(grants.get(resource.urn, ())),
            is_enabled=_is_enabled(resource),
        )
        for resource in side.of(KEYS)
    }


class References:
    """Tells which of the stack's keys an ARN, id, alias or dependency means."""

    def __init__(self, side: Side) -> None:
        self._side = side
        self._aliases = side.of([ALIAS])

    def arn(self, key: Resource) -> str:
        """The key's ARN, as far as it is known."""
        arn = key.outputs.get("arn")
        if isinstance(arn, str):
            return arn
        parts = (self._side.region_of(key) or NOT_KNOWN, self._side.account or NOT_KNOWN)
        return f"arn:{self._side.partition}:kms:{parts[0]}:{parts[1]}:key/a-key-that-is-not-made-yet"

    def label(self, key: Resource) -> str:
        """The key's alias, else its name in the program."""
        names = (alias.inputs.get("name") for alias in self._aliases if self._aliased(alias) == key.urn)
        return next((name for name in names if isinstance(name, str)), key.name)

    def key(self, resource: Resource, name: str, value: Any, region: str = "") -> str | None:  # noqa: ANN401
        """The URN of the stack's key that a property means; None when it is none or cannot be told."""
        if isinstance(value, Unknown):
            return self._by_dependency(resource, name, region)
        for key in self._side.of(KEYS):
            is_same_region = not region or self._side.region_of(key) in ("", region)
            if value == key.outputs.get("arn") or (value == key.id and key.id and is_same_region):
                return key.urn
        for alias in self._aliases:
            if value in (alias.inputs.get("name"), alias.outputs.get("arn")):
                return self._aliased(alias)
        return None

    def _aliased(self, alias: Resource) -> str | None:
        target = self._side.value(alias, "targetKeyId")
        return self.key(alias, "targetKeyId", target) if target else None

    def _by_dependency(self, resource: Resource, name: str, region: str) -> str | None:
        candidates = {
            key for urn in resource.dependencies.get(name, ()) if (key := self._as_key(urn)) is not None
        }
        if len(candidates) > 1 and region:
            resources = self._side.resources
            candidates = {urn for urn in candidates if self._side.region_of(resources[urn]) == region}
        return candidates.pop() if len(candidates) == 1 else None

    def _as_key(self, urn: str) -> str | None:
        resource = self._side.resources.get(urn)
        if resource is None:
            return None
        if resource.type == ALIAS:
            return self._aliased(resource)
        return urn if resource.type in KEYS else None


def unplaced(side: Side) -> list[str]:
    """Key policies and grants of which it cannot be told for which key or for whom they are."""
    references = References(side)
    found = []
    for resource in side.of([KEY_POLICY, GRANT]):
        name = f"{resource.name} ({resource.type.rsplit(':', 1)[-1]})"
        key, grantee = side.value(resource, "keyId"), _grantee(side, resource)
        if isinstance(key, Unknown) and references.key(resource, "keyId", key) is None:
            found.append(f"{name}: its key is {key.value}")
        if isinstance(grantee, Unknown):
            found.append(f"{name}: whom it is for is {grantee.value}")
    return found


def default_policy(account: str) -> Document:
    """The policy of a key made without one.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """
    return Document(
        (
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
                "Action": "kms:*",
                "Resource": "*",
            },
        )
    )


def _own_policy(side: Side, resource: Resource) -> Policy:
    policy = side.value(resource, "policy")
    if isinstance(resource.inputs.get("policy"), Unknown) and not side.is_before:
        return Unreadable(resource.inputs["policy"].value)
    is_default = policy is None or (isinstance(policy, Unknown) and "policy" not in resource.inputs)
    return default_policy(side.account_of(resource)) if is_default else read_policy(policy)


def _separate_policies(side: Side, references: References) -> dict[str, Policy]:
    found: dict[str, Policy] = {}
    for resource in side.of([KEY_POLICY]):
        key = references.key(resource, "keyId", side.value(resource, "keyId"))
        if key:
            value = resource.inputs.get("policy")
            found[key] = (
                Unreadable(value.value)
                if isinstance(value, Unknown)
                else read_policy(side.value(resource, "policy"))
            )
    return found


def _grants(side: Side, references: References) -> dict[str, list[Grant]]:
    found: dict[str, list[Grant]] = {}
    for resource in side.of([GRANT]):
        key = references.key(resource, "keyId", side.value(resource, "keyId"))
        if key:
            found.setdefault(key, []).append(_grant(side, resource))
    return found


def _grant(side: Side, resource: Resource) -> Grant:
    operations = side.value(resource, "operations")
    constraint = next(iter(as_list(side.value(resource, "constraints"))), None)
    return Grant(
        None if isinstance(grantee := _grantee(side, resource), Unknown) else grantee,
        None if isinstance(operations, Unknown) else frozenset(map(str, as_list(operations))),
        _context(constraint, "encryptionContextEquals"),
        _context(constraint, "encryptionContextSubset"),
    )


def _context(constraint: Any, name: str) -> Mapping[str, Any] | Unknown:  # noqa: ANN401  # a property of any type
    """The encryption context that a constraint asks for; empty when it asks for none."""
    if isinstance(constraint, Unknown):
        return constraint
    found = constraint.get(name) if isinstance(constraint, Mapping) else None
    return found if isinstance(found, Mapping | Unknown) else {}


def _grantee(side: Side, resource: Resource) -> Principal | Unknown | None:
    """Whom the grant is for; of a user or role that the stack is yet to make, the name tells."""
    value = side.value(resource, "granteePrincipal")
    if isinstance(value, Unknown):
        urns = resource.dependencies.get("granteePrincipal", ())
        made = [side.resources[urn] for urn in urns if urn in side.resources]
        return (_to_be_made(side, made[0]) if len(made) == 1 else None) or value
    if not isinstance(value, str):
        return None
    if value.endswith(".amazonaws.com"):
        return Principal(Kind.SERVICE, "", value, value)
    return parse_principal(value)


def _to_be_made(side: Side, resource: Resource) -> Principal | None:
    kind, name = PRINCIPALS.get(resource.type), resource.inputs.get("name")
    if kind is None or not isinstance(name, str) or not side.account:
        return None
    given = resource.inputs.get("path")
    path = given if isinstance(given, str) and given else "/"
    return Principal(kind, side.account, name, f"arn:{side.partition}:iam::{side.account}:{kind}{path}{name}")


def _is_enabled(resource: Resource) -> bool:
    for name in ("isEnabled", "enabled"):
        value = resource.inputs.get(name)
        if isinstance(value, bool):
            return value
    return True
