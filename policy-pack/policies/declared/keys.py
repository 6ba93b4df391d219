"""Finds the KMS keys that a resource declares, in a uniform form."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from policies import resource_types as types
from policies.declared.branches import Case
from policies.declared.cloudformation import CONTAINERS, CloudFormationResource, cloudformation_resources
from policies.declared.resource import Resource
from policies.declared.values import UNKNOWN, Properties, Value, undecided_if_hidden


@dataclass(frozen=True)
class Key:
    """A KMS key as declared; settings are None if left out and `UNKNOWN` if unknown.

    `place` describes it in messages. `rotates_here`: whether this kind of key has a rotation setting; a
    replica follows its primary key, and imported key material is not rotated. `case` is the branch of its
    template, if any. `account` is the key's account; None if unknown.
    """

    place: str
    property: str
    policy: Value
    bypasses_lockout_check: Value
    enabled: Value = None
    rotation: Value = None
    deletion_window: Value = None
    spec: Value = None
    usage: Value = None
    rotates_here: bool = False
    case: Case | None = None
    account: str | None = None


@dataclass(frozen=True)
class KeyPolicy:
    """A key policy set on a key that is declared elsewhere."""

    policy: Value
    bypasses_lockout_check: Value
    place: str = "The key policy"
    property: str = "policy"
    case: Case | None = None
    account: str | None = None


SYMMETRIC = (None, "SYMMETRIC_DEFAULT")
ENCRYPTION = (None, "ENCRYPT_DECRYPT")


def declared_keys(resource: Resource) -> list[Key]:
    """The keys that a resource declares; none for other types."""
    read = READERS.get(resource.type)
    if read:
        return [replace(read(resource.properties), account=resource.account)]
    return [
        key
        for one in cloudformation_resources(resource)
        if isinstance(one, CloudFormationResource) and one.type in CLOUDFORMATION_READERS
        for case, keys in one.branches(CLOUDFORMATION_READERS[one.type])
        for key in (
            replace(key, case=case, account=one.template.account if one.template else resource.account)
            for key in keys
        )
    ]


def declared_key_policies(resource: Resource) -> list[Key | KeyPolicy]:
    """The keys and the key policies that a resource declares."""
    if resource.type == types.KEY_POLICY:
        p = resource.properties
        policy = KeyPolicy(p.get("policy"), p.get("bypassPolicyLockoutSafetyCheck"))
        return [replace(policy, account=resource.account)]
    return [*declared_keys(resource)]


def _key(p: Properties) -> Key:
    external = p.get("customKeyStoreId") is not None or p.get("xksKeyId") is not None
    return Key(
        "The key",
        "policy",
        p.get("policy"),
        p.get("bypassPolicyLockoutSafetyCheck"),
        enabled=p.get("isEnabled"),
        rotation=p.get("enableKeyRotation"),
        deletion_window=p.get("deletionWindowInDays"),
        spec=p.get("customerMasterKeySpec"),
        usage=p.get("keyUsage"),
        rotates_here=not external,
    )


def _replica_or_external_key(p: Properties) -> Key:
    return Key(
        "The key",
        "policy",
        p.get("policy"),
        p.get("bypassPolicyLockoutSafetyCheck"),
        enabled=p.get("enabled"),
        deletion_window=p.get("deletionWindowInDays"),
        spec=p.get("keySpec"),
        usage=p.get("keyUsage"),
    )


def _cloudformation_key(r: CloudFormationResource) -> Iterator[Key]:
    yield Key(
        f"The key {r.place}".strip(),
        r.property or "keyPolicy",
        r.readable(r.value("KeyPolicy")),
        undecided_if_hidden(r.value("BypassPolicyLockoutSafetyCheck")),
        enabled=undecided_if_hidden(r.value("Enabled")),
        rotation=undecided_if_hidden(r.value("EnableKeyRotation")),
        deletion_window=undecided_if_hidden(r.value("PendingWindowInDays")),
        spec=undecided_if_hidden(r.value("KeySpec")),
        usage=undecided_if_hidden(r.value("KeyUsage")),
        rotates_here=r.type == "AWS::KMS::Key" and r.value("Origin") in (None, "AWS_KMS"),
    )


READERS: Mapping[str, Callable[[Properties], Key]] = {
    types.KEY: _key,
    types.REPLICA_KEY: _replica_or_external_key,
    types.EXTERNAL_KEY: _replica_or_external_key,
    types.REPLICA_EXTERNAL_KEY: _replica_or_external_key,
}
CLOUDFORMATION_READERS: Mapping[str, Callable[[CloudFormationResource], Iterator[Key]]] = {
    "AWS::KMS::Key": _cloudformation_key,
    "AWS::KMS::ReplicaKey": _cloudformation_key,
}
KEY_TYPES = frozenset(READERS) | {types.NATIVE_KEY, types.NATIVE_REPLICA_KEY} | CONTAINERS
KEY_POLICY_TYPES = KEY_TYPES | {types.KEY_POLICY}


def is_symmetric_encryption(key: Key) -> bool | None:
    """Whether DynamoDB can use such a key; None if unknown."""
    if UNKNOWN in (key.spec, key.usage):
        return None
    return key.spec in SYMMETRIC and key.usage in ENCRYPTION
