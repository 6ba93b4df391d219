"""Evaluates a request against identity policies, boundary, resource policies, grants and control policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from encrypted_tables.iam.actions import KMS_ACROSS_ACCOUNTS
from encrypted_tables.iam.answer import (
    DELEGATED,
    NO,
    YES,
    Answer,
    all_of,
    any_of,
    conditional,
    unknown,
    unless,
)
from encrypted_tables.iam.documents import Document, Policy, Unreadable
from encrypted_tables.iam.grants import Grant, grant_allows
from encrypted_tables.iam.operations import WITHIN_ACCOUNT
from encrypted_tables.iam.policy import (
    Request,
    identity_policy_allows,
    identity_policy_denies,
    resource_policy_allows_others,
    resource_policy_allows_role_by_arn,
    resource_policy_delegates,
    resource_policy_denies,
)
from encrypted_tables.iam.principals import Kind


@dataclass(frozen=True)
class Identity:
    """The policies of a principal.

    By default they are unknown, so they may allow the request.
    """

    policies: Sequence[Policy] = ()
    """The policies of the principal and its groups."""
    boundary: Policy | None = None
    session_policies: Sequence[Policy] = ()
    """Session policies, each of which limits the session."""
    is_whole: bool = False
    """Whether `policies` are complete. If not, others may allow a request, but are assumed not to deny it."""
    service_control_policies: Sequence[Sequence[Policy]] = ()
    """By level, from the root of the organization to the account; each level must allow."""


@dataclass(frozen=True)
class Resource:
    """The resource of a request, with its policies."""

    account: str
    """The owner's account. If it is unknown (empty), every principal is assumed to be of that account."""
    policies: Sequence[Policy] = ()
    grants: Sequence[Grant] = ()
    resource_control_policies: Sequence[Sequence[Policy]] = ()


UNKNOWN_IDENTITY = Identity()


def evaluate(
    request: Request, resource: Resource, identity: Identity = UNKNOWN_IDENTITY, elsewhere: Answer = DELEGATED
) -> Answer:
    """Whether AWS allows the request.

    Args:
        request: the caller, the action and the resource's ARN.
        resource: the key or table with its policies and grants.
        identity: the principal's policies.
        elsewhere: the answer to assume for policies outside `identity`, if it is not complete.
    """
    if identity.boundary is not None:
        request = replace(request, has_boundary=True)
    is_of_account = not (request.principal.account and resource.account) or (
        request.principal.account == resource.account
    )
    action = request.action.lower()
    is_of_kms = action.startswith("kms:")
    if not is_of_account and is_of_kms and action not in KMS_ACROSS_ACCOUNTS:
        return NO.by(f"{request.action} has no effect on a key of another account")
    if not is_of_account and action in WITHIN_ACCOUNT:
        return NO.by(f"{request.action} has no effect on a table of another account")
    by_identity = _identity_allows(request, identity, elsewhere)
    direct, delegated = _resource_policy_allows(request, resource, identity)
    granted = _grants_allow(request, resource, identity)
    if isinstance(identity.boundary, Unreadable):
        direct = all_of([direct, conditional(_not_stopped("its permissions boundary"))])
    if is_of_kms or not is_of_account:
        allowed = _resource_decides(request, direct, delegated, by_identity, is_of_account=is_of_account)
    else:
        allowed = any_of([direct, by_identity])
    allowed = any_of([granted, allowed])
    return unless(_limited(allowed, request, resource, identity), _denied(request, resource, identity))


def _resource_decides(
    request: Request, direct: Answer, delegated: Answer, by_identity: Answer, *, is_of_account: bool
) -> Answer:
    """For KMS, and for a resource of another account, the resource's policy must allow the request too."""
    if not request.principal.is_single:
        return direct
    if is_of_account:
        return any_of([direct, all_of([delegated, by_identity])])
    return all_of([any_of([direct, delegated]), by_identity])


def _identity_allows(request: Request, identity: Identity, elsewhere: Answer) -> Answer:
    allowed = any_of(
        _answer_of(identity_policy_allows, one, request, "a policy it has") for one in identity.policies
    )
    if not identity.is_whole:
        allowed = any_of([allowed, elsewhere])
    return all_of([allowed, _limits_of_holder(request, identity)])


def _limits_of_holder(request: Request, identity: Identity) -> Answer:
    """What the permissions boundary and the session policies allow.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """
    if not identity.boundary and not identity.session_policies:
        return YES
    named = [("its permissions boundary", identity.boundary)] if identity.boundary else []
    named += [("its session policy", one) for one in identity.session_policies]
    return all_of(
        identity_policy_allows(one, request) if isinstance(one, Document) else conditional(_not_stopped(what))
        for what, one in named
    )


def _not_stopped(limit: str) -> str:
    return f"{limit} does not stop it"


def _resource_policy_allows(
    request: Request, resource: Resource, identity: Identity
) -> tuple[Answer, Answer]:
    """What the resource policy allows directly, and whether it leaves the decision to the principal's
    account.

    The limits of a role apply to statements that name the role, but not to those that name the session, a
    user or everyone.
    """
    if not resource.policies:
        return NO, NO

    def answer_to(ask: Callable[[Document, Request], Answer]) -> Answer:
        return any_of(_answer_of(ask, one, request, "the resource's policy") for one in resource.policies)

    by_arn = answer_to(resource_policy_allows_role_by_arn)
    if by_arn is not NO:
        by_arn = all_of([by_arn, _limits_of_holder(request, identity)])
    return any_of([answer_to(resource_policy_allows_others), by_arn]), answer_to(resource_policy_delegates)


def _grants_allow(request: Request, resource: Resource, identity: Identity) -> Answer:
    """A grant is sufficient, in the key's account and in others.

    https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
    """
    granted = any_of(grant_allows(one, request) for one in resource.grants)
    if granted is NO or request.principal.holder.kind is not Kind.ROLE:
        return granted
    undocumented = unknown("AWS does not document whether the boundary of a role limits a grant to it")
    return all_of([granted, any_of([_limits_of_holder(request, identity), undocumented])])


def _limited(allowed: Answer, request: Request, resource: Resource, identity: Identity) -> Answer:
    """Service and resource control policies: every level must allow.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
    """
    levels = _control_policies(request, resource, identity)
    if not levels or allowed.grade == NO.grade:
        return allowed
    answers = [
        any_of(_answer_of(identity_policy_allows, one, request, "a control policy") for one in level)
        for level in levels
    ]
    return all_of([allowed, *answers])


def _control_policies(request: Request, resource: Resource, identity: Identity) -> Sequence[Sequence[Policy]]:
    """The control policies by level; none for a service-linked role.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
    """
    if request.principal.is_service_linked:
        return ()
    return *identity.service_control_policies, *resource.resource_control_policies


def _denied(request: Request, resource: Resource, identity: Identity) -> Answer:
    """An explicit deny anywhere; a policy that cannot be read may deny too."""
    of_resource = [
        _answer_of(resource_policy_denies, one, request, "the resource's policy") for one in resource.policies
    ]
    of_identity = [
        _answer_of(identity_policy_denies, one, request, "a policy it has")
        for one in (
            *identity.policies,
            *(one for one in (identity.boundary, *identity.session_policies) if isinstance(one, Document)),
            *(policy for level in _control_policies(request, resource, identity) for policy in level),
        )
    ]
    return any_of([*of_resource, *of_identity])


def _answer_of(
    ask: Callable[[Document, Request], Answer], policy: Policy, request: Request, what: str
) -> Answer:
    """The answer of a policy; unknown if the policy cannot be read."""
    return unknown(f"{what}: {policy.reason}") if isinstance(policy, Unreadable) else ask(policy, request)
