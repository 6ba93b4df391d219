"""The customer managed keys of a stack, and the keys that references point to."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from encrypted_tables.access_diff.collect.access_model import Key
from encrypted_tables.access_diff.collect.grants import grantee_of, read_grant
from encrypted_tables.access_diff.collect.policies import read_policy
from encrypted_tables.access_diff.collect.stack_resources import StackResources
from encrypted_tables.access_diff.collect.unresolved import Unresolved
from encrypted_tables.engine.preview import Resource
from encrypted_tables.engine.resource_types import ALIAS, GRANT, KEY_POLICY, KEYS
from encrypted_tables.engine.unknown import Unknown
from encrypted_tables.iam.documents import Document, Policy, Unreadable
from encrypted_tables.iam.grants import Grant
from encrypted_tables.iam.policy import NOT_KNOWN

_KEY_ARN = re.compile(r"arn:aws[\w-]*:kms:[\w-]+:\d{12}:key/[\w-]+")


def keys_of(stack: StackResources) -> dict[str, Key]:
    """The keys with their policies and grants: by URN, and by ARN if the stack does not create them."""
    references = References(stack)
    policies = _separate_policies(stack, references)
    grants = _grants(stack, references)
    created = (
        Key(
            resource.urn,
            references.label(resource),
            references.arn(resource),
            isinstance(resource.outputs.get("arn"), str),
            stack.region_of(resource),
            policies.get(resource.urn) or _own_policy(stack, resource),
            tuple(grants.get(resource.urn, ())),
            is_enabled=_is_enabled(resource),
        )
        for resource in stack.of(KEYS)
    )
    elsewhere = (
        Key(
            urn=arn,
            label=arn,
            arn=arn,
            exists=True,
            region=arn.split(":")[3],
            policy=policies.get(arn) or Unreadable("not in this stack"),
            grants=tuple(grants.get(arn, ())),
        )
        for arn in stack.keys_elsewhere
    )
    return {key.urn: key for key in (*created, *elsewhere)}


class References:
    """Resolves ARNs, ids, aliases and dependencies to keys of the stack."""

    def __init__(self, stack: StackResources) -> None:
        self._stack = stack

    @cached_property
    def _keys(self) -> Mapping[str, Sequence[Resource]]:
        """The keys by ARN and by id; the replicas of a multi-Region key share one id."""
        found: dict[str, list[Resource]] = {}
        for key in self._stack.of(KEYS):
            names = [one for one in (key.outputs.get("arn"), key.id) if isinstance(one, str) and one]
            for name in dict.fromkeys(names):
                found.setdefault(name, []).append(key)
        return found

    @cached_property
    def _aliases(self) -> Mapping[str, Resource]:
        """The first alias of each name and ARN."""
        found: dict[str, Resource] = {}
        for alias in self._stack.of([ALIAS]):
            for value in (alias.inputs.get("name"), alias.outputs.get("arn")):
                if isinstance(value, str):
                    found.setdefault(value, alias)
        return found

    @cached_property
    def _labels(self) -> Mapping[str, str]:
        """The first alias of each key that has one."""
        found: dict[str, str] = {}
        for alias in self._stack.of([ALIAS]):
            name, key = alias.inputs.get("name"), self._aliased(alias)
            if key and isinstance(name, str):
                found.setdefault(key, name)
        return found

    def arn(self, key: Resource) -> str:
        """The key's ARN; if unknown, one that no policy can name."""
        arn = key.outputs.get("arn")
        if isinstance(arn, str):
            return arn
        parts = (self._stack.region_of(key) or NOT_KNOWN, self._stack.account or NOT_KNOWN)
        return f"arn:{self._stack.partition}:kms:{parts[0]}:{parts[1]}:key/not-created-yet"

    def label(self, key: Resource) -> str:
        """The key's alias, else its name in the program."""
        return self._labels.get(key.urn, key.name)

    def key(self, resource: Resource, name: str, value: Any, region: str = "") -> str | None:  # noqa: ANN401
        """The URN of the key that a property means; None if unknown or not a key of the stack."""
        if isinstance(value, Unknown):
            return self._by_dependency(resource, name, region)
        if not isinstance(value, str):
            return None
        for key in self._keys.get(value, ()):
            is_same_region = not region or self._stack.region_of(key) in ("", region)
            if value == key.outputs.get("arn") or is_same_region:
                return key.urn
        if value in self._aliases:
            return self._aliased(self._aliases[value])
        return value if value in self._stack.keys_elsewhere else None

    def _aliased(self, alias: Resource) -> str | None:
        target = self._stack.value(alias, "targetKeyId")
        return self.key(alias, "targetKeyId", target) if target else None

    def _by_dependency(self, resource: Resource, name: str, region: str) -> str | None:
        candidates = {
            key for urn in resource.dependencies.get(name, ()) if (key := self._as_key(urn)) is not None
        }
        if len(candidates) > 1 and region:
            resources = self._stack.resources
            candidates = {urn for urn in candidates if self._stack.region_of(resources[urn]) == region}
        return candidates.pop() if len(candidates) == 1 else None

    def _as_key(self, urn: str) -> str | None:
        resource = self._stack.resources.get(urn)
        if resource is None:
            return None
        if resource.type == ALIAS:
            return self._aliased(resource)
        return urn if resource.type in KEYS else None


def keys_elsewhere(stack: StackResources) -> frozenset[str]:
    """The ARNs of keys that the stack does not create but whose policies it sets."""
    references = References(stack)
    arns = ((one, stack.value(one, "keyId")) for one in stack.of([KEY_POLICY]))
    return frozenset(
        arn
        for one, arn in arns
        if isinstance(arn, str) and _KEY_ARN.fullmatch(arn) and references.key(one, "keyId", arn) is None
    )


def with_keys_elsewhere(stack: StackResources, arns: Iterable[str]) -> StackResources:
    """The stack, with the ARNs of the keys that it does not create."""
    created = {key.outputs.get("arn") for key in stack.of(KEYS) if isinstance(key.outputs.get("arn"), str)}
    return replace(stack, keys_elsewhere=frozenset(arns) - created)


def unresolved(stack: StackResources) -> Iterator[Unresolved]:
    """Key policies and grants whose key or grantee is unknown."""
    references = References(stack)
    for resource in stack.of([KEY_POLICY, GRANT]):
        key, grantee = stack.value(resource, "keyId"), grantee_of(stack, resource)
        if references.key(resource, "keyId", key) is None:
            reason = key.value if isinstance(key, Unknown) else f"{key}, which is not in this stack"
            yield Unresolved(resource, f"{resource.titled}: its key is {reason}")
        if isinstance(grantee, Unknown):
            yield Unresolved(resource, f"{resource.titled}: its grantee is {grantee.value}")


def default_policy(account: str) -> Document:
    """The policy of a key that is created without one.

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


def _own_policy(stack: StackResources, resource: Resource) -> Policy:
    policy = stack.value(resource, "policy")
    if isinstance(resource.inputs.get("policy"), Unknown) and not stack.is_before:
        return Unreadable(resource.inputs["policy"].value)
    is_default = policy is None or (isinstance(policy, Unknown) and "policy" not in resource.inputs)
    return default_policy(stack.account_of(resource)) if is_default else read_policy(policy)


def _separate_policies(stack: StackResources, references: References) -> dict[str, Policy]:
    found: dict[str, Policy] = {}
    for resource in stack.of([KEY_POLICY]):
        key = references.key(resource, "keyId", stack.value(resource, "keyId"))
        if key:
            value = resource.inputs.get("policy")
            found[key] = (
                Unreadable(value.value)
                if isinstance(value, Unknown)
                else read_policy(stack.value(resource, "policy"))
            )
    return found


def _grants(stack: StackResources, references: References) -> dict[str, list[Grant]]:
    found: dict[str, list[Grant]] = {}
    for resource in stack.of([GRANT]):
        key = references.key(resource, "keyId", stack.value(resource, "keyId"))
        if key:
            found.setdefault(key, []).append(read_grant(stack, resource))
    return found


def _is_enabled(resource: Resource) -> bool | None:
    values = [resource.inputs.get(name) for name in ("isEnabled", "enabled")]
    if any(isinstance(value, Unknown) for value in values):
        return None
    return False not in values
