"""The IAM policy documents that a resource gives to users, groups and roles."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from policies import resource_types as types
from policies.declared.cloudformation import CONTAINERS, CloudFormationResource, cloudformation_resources
from policies.declared.resource import Resource
from policies.declared.values import UNKNOWN, Value

WITH_POLICY = frozenset(
    {types.IAM_POLICY, types.IAM_ROLE_POLICY, types.IAM_USER_POLICY, types.IAM_GROUP_POLICY}
)
NATIVE = frozenset(
    {
        types.NATIVE_MANAGED_POLICY,
        types.NATIVE_ROLE_POLICY,
        types.NATIVE_USER_POLICY,
        types.NATIVE_GROUP_POLICY,
        types.NATIVE_ROLE,
        types.NATIVE_USER,
        types.NATIVE_GROUP,
    }
)
CLOUDFORMATION_WITH_POLICY = frozenset(
    {
        "AWS::IAM::Policy",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::RolePolicy",
        "AWS::IAM::UserPolicy",
        "AWS::IAM::GroupPolicy",
    }
)
CLOUDFORMATION_WITH_INLINE = frozenset({"AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"})
IDENTITY_POLICY_TYPES = WITH_POLICY | NATIVE | {types.IAM_ROLE} | CONTAINERS


@dataclass(frozen=True)
class IdentityPolicy:
    """One document; `place` says which, for messages."""

    place: str
    property: str
    document: Value


def identity_policies(resource: Resource) -> list[IdentityPolicy]:
    """The documents that a resource declares; none for other types."""
    if resource.type in WITH_POLICY:
        return [IdentityPolicy("The policy", "policy", resource.properties.get("policy"))]
    if resource.type == types.IAM_ROLE:
        return list(_inline(resource.properties.get("inlinePolicies")))
    return [
        policy
        for one in cloudformation_resources(resource)
        if isinstance(one, CloudFormationResource)
        for policy in _of_cloudformation(one)
    ]


def _inline(policies: Value) -> Iterator[IdentityPolicy]:
    if policies is UNKNOWN:
        yield IdentityPolicy("The inline policies", "inlinePolicies", UNKNOWN)
    for number, one in enumerate(policies if isinstance(policies, list) else (), start=1):
        document = one.get("policy") if isinstance(one, Mapping) else one
        yield IdentityPolicy(f"Inline policy {number}", "inlinePolicies", document)


def _of_cloudformation(one: CloudFormationResource) -> Iterator[IdentityPolicy]:
    if one.type in CLOUDFORMATION_WITH_POLICY:
        for document in one.values("PolicyDocument"):
            place = f"The policy {one.place}".strip()
            yield IdentityPolicy(place, one.property or "policyDocument", one.template.expanded(document))
    if one.type in CLOUDFORMATION_WITH_INLINE:
        for policies in one.values("Policies"):
            for node in policies if isinstance(policies, list) else ():
                for document in one.values_in(node, "PolicyDocument"):
                    place = f"An inline policy of {one.place}" if one.place else "An inline policy"
                    yield IdentityPolicy(place, one.property or "policies", one.template.expanded(document))
