"""What a grant allows: its grantee, its operations and the encryption context that it asks for."""

from collections.abc import Mapping
from typing import Any

from encrypted_tables.access_diff.collect.world import Grant
from encrypted_tables.access_diff.evaluate.answer import NO, YES, Answer, all_of, conditional, unknown
from encrypted_tables.access_diff.evaluate.conditions import Context
from encrypted_tables.access_diff.evaluate.policy import Request
from encrypted_tables.engine.unknown import Unknown


def grant_allows(grant: Grant, request: Request) -> Answer:
    """Whether the grant allows the request."""
    if grant.grantee != request.principal:
        return NO
    if grant.operations is None:
        return unknown("the operations of a grant")
    if request.action.removeprefix("kms:") not in grant.operations:
        return NO
    return all_of(
        [
            _has_context(grant.context_equals, request.context, is_whole=True),
            _has_context(grant.context_subset, request.context, is_whole=False),
        ]
    )


def _has_context(wanted: Mapping[str, Any] | Unknown, context: Context, *, is_whole: bool) -> Answer:
    """Whether the request has the encryption context of a grant's constraint.

    https://docs.aws.amazon.com/kms/latest/developerguide/create-grant-overview.html#grant-constraints
    """
    if isinstance(wanted, Unknown):
        return unknown("the encryption context of a grant")
    names = context.get("kms:encryptioncontextkeys") or ()
    if not wanted:
        return YES
    if not names:  # not through DynamoDB: the caller chooses it
        return conditional(f"the encryption context is {', '.join(f'{k}={v}' for k, v in wanted.items())}")
    if not set(wanted) <= set(names) or (is_whole and len(wanted) != len(names)):
        return NO
    return all_of(_same(name, value, context) for name, value in wanted.items())


def _same(name: str, value: Any, context: Context) -> Answer:  # noqa: ANN401  # a property of any type
    given = context.get(f"kms:encryptioncontext:{name.lower()}")
    if isinstance(value, Unknown):
        return unknown("the encryption context of a grant")
    if given is None:
        return conditional(f"the encryption context is {name}={value}")
    return YES if given == value else NO
