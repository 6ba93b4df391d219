"""Reads grants: grantee, operations and encryption context."""

from collections.abc import Mapping
from typing import Any

from encrypted_tables.access_diff.collect.stack_resources import StackResources
from encrypted_tables.engine.preview import Resource
from encrypted_tables.engine.resource_types import ROLE, USER
from encrypted_tables.engine.unknown import Unknown
from encrypted_tables.iam.documents import as_list
from encrypted_tables.iam.grants import Grant, NotKnown
from encrypted_tables.iam.principals import Kind, Principal, parse_principal

_PRINCIPALS = {USER: Kind.USER, ROLE: Kind.ROLE}


def read_grant(stack: StackResources, resource: Resource) -> Grant:
    """The grant that a resource creates."""
    operations = stack.value(resource, "operations")
    constraint = next(iter(as_list(stack.value(resource, "constraints"))), None)
    return Grant(
        None if isinstance(grantee := grantee_of(stack, resource), Unknown) else grantee,
        None if isinstance(operations, Unknown) else frozenset(map(str, as_list(operations))),
        _context(constraint, "encryptionContextEquals"),
        _context(constraint, "encryptionContextSubset"),
    )


def _context(constraint: Any, name: str) -> Mapping[str, Any] | NotKnown:  # noqa: ANN401  # a property of any type
    """The encryption context of a constraint; empty without one."""
    found = constraint.get(name) if isinstance(constraint, Mapping) else constraint
    if isinstance(found, Unknown):
        return NotKnown(found.value)
    return found if isinstance(found, Mapping) else {}


def grantee_of(stack: StackResources, resource: Resource) -> Principal | Unknown | None:
    """The grantee; None if it is not a principal. A new user or role is known by its name."""
    value = stack.value(resource, "granteePrincipal")
    if isinstance(value, Unknown):
        urns = resource.dependencies.get("granteePrincipal", ())
        sources = [stack.resources[urn] for urn in urns if urn in stack.resources]
        return (_new_principal(stack, sources[0]) if len(sources) == 1 else None) or value
    if not isinstance(value, str):
        return None
    if value.endswith(".amazonaws.com"):
        return Principal(Kind.SERVICE, "", value, value)
    return parse_principal(value)


def _new_principal(stack: StackResources, resource: Resource) -> Principal | None:
    kind, name = _PRINCIPALS.get(resource.type), resource.inputs.get("name")
    if kind is None or not isinstance(name, str) or not stack.account:
        return None
    value = resource.inputs.get("path")
    path = value if isinstance(value, str) and value else "/"
    return Principal(
        kind, stack.account, name, f"arn:{stack.partition}:iam::{stack.account}:{kind}{path}{name}"
    )
