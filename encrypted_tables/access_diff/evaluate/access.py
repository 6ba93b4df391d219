"""Whether a principal can do something with a table or its key, as far as the stack shows."""

from dataclasses import replace

from encrypted_tables.access_diff.collect.access_model import AccessModel, Key, KeyKind, Table
from encrypted_tables.access_diff.evaluate.candidates import principals_in_key
from encrypted_tables.iam import copies
from encrypted_tables.iam.actions import (
    DECRYPT,
    DECRYPT_ACTIONS,
    GET_RECORDS,
    OF_BACKUPS,
    Access,
)
from encrypted_tables.iam.answer import (
    DELEGATED,
    NO,
    YES,
    Answer,
    Grade,
    all_of,
    any_of,
    conditional,
    unknown,
)
from encrypted_tables.iam.arns import account_of, region_of
from encrypted_tables.iam.documents import Unreadable
from encrypted_tables.iam.evaluate import Identity, Resource, evaluate
from encrypted_tables.iam.item_calls import item_calls
from encrypted_tables.iam.policy import NOT_KNOWN, Request
from encrypted_tables.iam.principals import Kind, Principal
from encrypted_tables.iam.request_context import RequestContext, Value, caller_context, through_dynamodb


def can_use_items(
    model: AccessModel, principal: Principal, table: Table, access: Access, elsewhere: Answer = YES
) -> Answer:
    """Whether the principal can read (or write) items: it needs DynamoDB's permission and the key's."""
    by_table = dynamodb_allows_items(model, principal, table, access, elsewhere)
    return all_of([by_table, can_decrypt_items(model, principal, table)])


def dynamodb_allows_items(
    model: AccessModel, principal: Principal, table: Table, access: Access, elsewhere: Answer = YES
) -> Answer:
    """DynamoDB's permission to read or write items: IAM policies and the table's resource policy.

    Args:
        model: the stack before or after the update.
        principal: the caller.
        table: the table.
        access: read or write.
        elsewhere: the assumed answer of IAM policies outside the stack, for a principal of another stack.
    """
    if principal.kind is Kind.SERVICE:
        return NO
    requests = (
        _table_request(principal, action, arn, table)
        for action, arn in item_calls(access, table.arn, table.indexes, [_VECTOR_INDEX])
    )
    return any_of(_item_action(model, request, table, elsewhere) for request in requests)


_VECTOR_INDEX = NOT_KNOWN
"""A table may have vector indexes that no stack creates."""


def dynamodb_allows(model: AccessModel, principal: Principal, table: Table, action: str) -> Answer:
    """DynamoDB's permission for an action other than on items, by the policies that the stack sets."""
    arn = f"{table.arn}/backup/{NOT_KNOWN}" if action in OF_BACKUPS else table.arn
    policies = table.policies
    if action == GET_RECORDS:
        arn, policies = table.stream_arn, table.stream_policies
    known = model.identities.get(principal) if principal.is_single else None
    if not arn or not (policies or (known and _is_in_account(table, principal))):
        return NO
    identity = Identity(known.policies, known.boundary, is_whole=known.is_of_stack) if known else Identity()
    request = _table_request(principal, action, arn, table)
    return evaluate(request, Resource(table.account, policies), identity, elsewhere=NO)


def key_for_copies(model: AccessModel, principal: Principal, table: Table) -> Answer:
    """The key's permission to copy items or to read a stream: known only for those who can read items."""
    return copies.key_for_copies(can_decrypt_items(model, principal, table))


def can_decrypt_items(model: AccessModel, principal: Principal, table: Table) -> Answer:
    """The key's permission: whether DynamoDB may decrypt the table's key on behalf of the principal."""
    if table.key.kind is KeyKind.AWS_OWNED:
        return YES
    if table.key.kind is KeyKind.AWS_MANAGED:
        return YES if principal.account in ("", table.account) else NO
    key = table.key.key
    if key is None:
        return unknown(table.key.why_unknown)
    return _key_action(model, key, _key_request(principal, DECRYPT, key, table))


def can_decrypt_directly(model: AccessModel, principal: Principal, key: Key) -> Answer:
    """Whether the principal can decrypt with the key itself, in an encryption context of its choice."""
    requests = (_key_request(principal, action, key) for action in DECRYPT_ACTIONS)
    return any_of(_key_action(model, key, request) for request in requests)


def can_administer(model: AccessModel, principal: Principal, key: Key, action: str) -> Answer:
    """Whether the principal can call one of `ADMINISTRATION_ACTIONS` itself."""
    return _key_action(model, key, _key_request(principal, action, key), must_be_usable=False)


def _key_request(principal: Principal, action: str, key: Key, table: Table | None = None) -> Request:
    """A request to KMS; with a table, the one that DynamoDB makes for an item call on it."""
    context: dict[str, Value] = _context(principal, action, key.arn)
    if table:
        context |= through_dynamodb(table.region, table.name, table.account)
    return Request(action, principal, key.arn, RequestContext(action, context))


def _context(principal: Principal, action: str, key_arn: str) -> dict[str, Value]:
    region, owner = _known(region_of(key_arn)), _known(account_of(key_arn))
    return caller_context(principal, action, region=region, owner=owner)


def _known(part: str) -> str:
    """A part of an ARN; empty while it is unknown."""
    return "" if part == NOT_KNOWN else part


def _table_request(principal: Principal, action: str, arn: str, table: Table) -> Request:
    context = caller_context(principal, action, region=table.region, owner=table.account)
    return Request(action, principal, arn, RequestContext(action, context))


def _item_action(model: AccessModel, request: Request, table: Table, elsewhere: Answer) -> Answer:
    if not _is_in_account(table, request.principal) and not table.policies:
        needed = conditional("the table has a resource policy that allows it (this stack sets none)")
        return needed if table.may_have_other_policy else NO
    resource = Resource(table.account, table.policies)
    return evaluate(request, resource, *_identity_of(model, request.principal, elsewhere))


def _identity_of(model: AccessModel, principal: Principal, elsewhere: Answer) -> tuple[Identity, Answer]:
    """The principal's IAM policies, and the assumed answer of those outside the stack."""
    known = model.identities.get(principal)
    if principal.kind is Kind.ANYONE:
        return Identity(), NO  # in other accounts, IAM policies alone are not enough
    if not principal.is_single:
        return Identity(), YES  # means: those of them whose IAM policies allow it
    if known is None:
        return Identity(), elsewhere
    return Identity(known.policies, known.boundary, is_whole=known.is_of_stack), elsewhere


def _key_action(model: AccessModel, key: Key, request: Request, *, must_be_usable: bool = True) -> Answer:
    """The answer of the key policy, the grants and the IAM policies of the stack together."""
    if not must_be_usable:
        return _policies_allow(model, key, request)
    if key.is_going or key.is_enabled is False:
        return NO
    is_enabled = YES if key.is_enabled else unknown(f"whether {key.label} is enabled")
    return all_of([_policies_allow(model, key, request), is_enabled])


def _policies_allow(model: AccessModel, key: Key, request: Request) -> Answer:
    if isinstance(key.policy, Unreadable):
        return unknown(f"the policy of {key.label}: {key.policy.reason}")
    resource = Resource(_known(account_of(key.arn)), [key.policy], key.grants)
    answer = evaluate(request, resource, *_identity_of(model, request.principal, DELEGATED))
    if request.principal.kind is Kind.GROUP:
        return any_of([answer, _for_members(model, key, request)])
    return answer


def _for_members(model: AccessModel, key: Key, request: Request) -> Answer:
    """The key's answer to those of its users who may be members of the calling group."""
    users = (one for one in principals_in_key(key) if one.kind is Kind.USER)
    answer = any_of(_key_action(model, key, _as_member(request, user)) for user in users)
    is_nobody = answer.grade in {Grade.NO, Grade.DELEGATED}
    return NO if is_nobody else conditional("the member is a user who can use the key")


def _as_member(request: Request, user: Principal) -> Request:
    of_user = _context(user, request.action, request.resource)
    kept = {name: value for name, value in request.context.items() if name.startswith("kms:")}
    return replace(request, principal=user, context=RequestContext(request.action, {**of_user, **kept}))


def _is_in_account(table: Table, principal: Principal) -> bool:
    return principal.kind is not Kind.ANYONE and principal.account in ("", table.account)
