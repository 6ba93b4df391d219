"""Grants on a KMS key: their grantees, operations and encryption contexts.

https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from encrypted_tables.iam.actions import WITH_ENCRYPTION_CONTEXT
from encrypted_tables.iam.answer import NO, YES, Answer, all_of, conditional, unknown, yes_if
from encrypted_tables.iam.policy import Request
from encrypted_tables.iam.principals import Kind, Principal
from encrypted_tables.iam.request_context import Context, Missing, value_of


class NotKnown(str):
    """Why a part of a grant is unknown."""

    __slots__ = ()


@dataclass(frozen=True)
class Grant:
    """A grant on a key. An empty encryption context limits nothing."""

    grantee: Principal | None
    """None if it is unknown, or not a principal."""
    operations: frozenset[str] | None
    """Operations such as `Decrypt`; None if unknown."""
    context_equals: Mapping[str, Any] | NotKnown
    """The exact encryption context that the grant requires."""
    context_subset: Mapping[str, Any] | NotKnown
    """The pairs that the encryption context must include."""
    label: str = "a grant"
    source_arn: str = ""
    """The resource on whose behalf a service must make the request; empty if the grant requires none."""


def grant_allows(grant: Grant, request: Request) -> Answer:
    """Whether the grant allows the request."""
    reach = _reach(grant.grantee, request.principal)
    if reach is NO:
        return NO
    if grant.operations is None:
        return unknown("the operations of a grant")
    if request.action.removeprefix("kms:") not in grant.operations:
        return NO
    reach = all_of([reach, _is_for(grant.source_arn, request.context)])
    if (
        request.action.lower() not in WITH_ENCRYPTION_CONTEXT
    ):  # an encryption context applies only to the other operations
        return reach.by(grant.label)
    contexts = [
        _has_context(grant.context_equals, request.context, is_whole=True),
        _has_context(grant.context_subset, request.context, is_whole=False),
    ]
    return all_of([reach, *contexts]).by(grant.label)


def _reach(grantee: Principal | None, principal: Principal) -> Answer:
    """Whether a grant applies to the principal. A grant to a role applies to all its sessions; one to a
    session, only to that session.

    AWS does not document whether a grant to the ARN of an account's root serves the principals of the
    account that its IAM policies allow: the answer is unknown.
    """
    if grantee is None:
        return NO
    if grantee in (principal, principal.holder):
        return YES
    if grantee.kind is Kind.SESSION and principal.kind is Kind.ROLE and grantee.holder == principal:
        return conditional(f"the session is {grantee.arn}")
    if grantee.kind is Kind.ACCOUNT and grantee.account == principal.account:
        return YES if principal.kind is Kind.ROOT else unknown("a grant to the whole account")
    return NO


def _is_for(source_arn: str, context: Context) -> Answer:
    """Whether a service makes the request on behalf of that resource; users, roles and sessions never do."""
    if not source_arn:
        return YES
    given = value_of("aws:sourcearn", context)
    if given is Missing.ABSENT:
        return NO
    return (
        conditional(f"the request is made for {source_arn}")
        if isinstance(given, Missing)
        else yes_if(given == source_arn)
    )


def _has_context(wanted: Mapping[str, Any] | NotKnown, context: Context, *, is_whole: bool) -> Answer:
    """Whether the request has the encryption context of a grant's constraint; the case of its keys
    does not matter.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_GrantConstraints.html
    """
    if isinstance(wanted, NotKnown):
        return unknown("the encryption context of a grant")
    if not wanted:
        return YES
    names = value_of("kms:encryptioncontextkeys", context)
    if names is Missing.ABSENT:
        return NO
    if isinstance(names, Missing):  # outside DynamoDB, the caller chooses the context
        return conditional(f"the encryption context is {', '.join(f'{k}={v}' for k, v in wanted.items())}")
    if not _lower(wanted) <= _lower(names) or (is_whole and len(wanted) != len(names)):
        return NO
    return all_of(_same(name, value, context) for name, value in wanted.items())


def _lower(names: Iterable[str]) -> set[str]:
    return {name.lower() for name in names}


def _same(name: str, value: Any, context: Context) -> Answer:  # noqa: ANN401  # a property of any type
    given = value_of(f"kms:encryptioncontext:{name}", context)
    if not isinstance(value, str):
        return unknown("the encryption context of a grant")
    if isinstance(given, Missing):
        return conditional(f"the encryption context is {name}={value}")
    return yes_if(given == value)
