"""Finds the IAM policy documents that a resource attaches to users, groups and roles."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from policies import resource_types as types
from policies.declared import cloudformation
from policies.declared.branches import Case
from policies.declared.cloudformation import CONTAINERS, CloudFormationResource, cloudformation_resources
from policies.declared.documents import is_hidden
from policies.declared.facts import joined
from policies.declared.parameters import property_of
from policies.declared.resource import Resource
from policies.declared.values import UNKNOWN, Value

# The input that contains a document, or documents among other policies.
WITH_POLICY = {
    types.IAM_POLICY: "policy",
    types.IAM_ROLE_POLICY: "policy",
    types.IAM_USER_POLICY: "policy",
    types.IAM_GROUP_POLICY: "policy",
    types.PERMISSION_SET_POLICY: "inlinePolicy",
}
CLOUDFORMATION_WITH_POLICY = {
    "AWS::IAM::Policy": "PolicyDocument",
    "AWS::IAM::ManagedPolicy": "PolicyDocument",
    "AWS::IAM::RolePolicy": "PolicyDocument",
    "AWS::IAM::UserPolicy": "PolicyDocument",
    "AWS::IAM::GroupPolicy": "PolicyDocument",
    "AWS::SSO::PermissionSet": "InlinePolicy",
}
CLOUDFORMATION_WITH_INLINE = {
    "AWS::IAM::Role": "PolicyDocument",
    "AWS::IAM::User": "PolicyDocument",
    "AWS::IAM::Group": "PolicyDocument",
    # SAM's policies are documents, names of managed policies, or policy templates.
    "AWS::Serverless::Function": "",
    "AWS::Serverless::StateMachine": "",
}
# SAM's policy templates that allow kms:Decrypt, and the parameter that names the key.
# https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-template-list.html
SAM_DECRYPTING = {"KMSDecryptPolicy": "KeyId"}
KEY_ARN = "arn:aws:kms:us-east-1:111122223333:key"
NATIVE = frozenset(
    token
    for token, name in cloudformation.NATIVE.items()
    if name in CLOUDFORMATION_WITH_POLICY or name in CLOUDFORMATION_WITH_INLINE
)
IDENTITY_POLICY_TYPES = frozenset(WITH_POLICY) | NATIVE | {types.IAM_ROLE} | CONTAINERS


@dataclass(frozen=True)
class IdentityPolicy:
    """A document; `place` describes it in messages. `case` is the branch of its template, if any."""

    place: str
    property: str
    document: Value
    case: Case | None = None


def identity_policies(resource: Resource) -> list[IdentityPolicy]:
    """The documents that a resource declares; none for other types."""
    if resource.type in WITH_POLICY:
        name = WITH_POLICY[resource.type]
        return [IdentityPolicy("The policy", name, resource.properties.get(name))]
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
    for case, policies in one.branches(_policies):
        yield from (replace(policy, case=case) for policy in policies)


def _policies(one: CloudFormationResource) -> Iterator[IdentityPolicy]:
    if name := CLOUDFORMATION_WITH_POLICY.get(one.type):
        place = f"The policy {one.place}".strip()
        holder = one.property or name[0].lower() + name[1:]
        yield IdentityPolicy(place, holder, one.readable(one.value(name)))
    if one.type in CLOUDFORMATION_WITH_INLINE:
        for document in _inline_documents(one.value("Policies"), CLOUDFORMATION_WITH_INLINE[one.type]):
            place = f"An inline policy of {one.place}" if one.place else "An inline policy"
            yield IdentityPolicy(place, one.property or "policies", one.readable(document))


def _inline_documents(policies: Value, name: str) -> Iterator[Value]:
    for policy in policies if isinstance(policies, list) else [policies]:
        if is_hidden(policy):
            yield policy
        elif name:
            yield property_of(policy, name)
        elif property_of(policy, "Statement"):
            yield policy
        elif isinstance(policy, Mapping):
            yield from (_of_sam(name, stated) for name, stated in policy.items() if name in SAM_DECRYPTING)


def _of_sam(name: str, stated: Value) -> Value:
    """The document that SAM generates from one of its policy templates."""
    key = property_of(stated, SAM_DECRYPTING[name])
    resource = key if is_hidden(key) else joined([f"{KEY_ARN}/", "" if key is None else key])
    return {"Statement": [{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": resource}]}
