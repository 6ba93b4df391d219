"""Whether a principal may do something with a table or its key, as far as the stack tells."""

from dataclasses import replace

from encrypted_tables.access_diff.collect.access_model import AccessModel, Key, KeyKind, Table
from encrypted_tables.access_diff.evaluate.candidates import named_by_key
from encrypted_tables.iam.actions import DECRYPT, ITEM_ACTIONS, OF_INDEXES, Access
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
from encrypted_tables.iam.policy import NOT_KNOWN, Request
from encrypted_tables.iam.principals import Kind, Principal
from encrypted_tables.iam.request_context import RequestContext, Value, caller_context, through_dynamodb


def may_use_items(
    model: AccessModel, principal: Principal, table: Table, access: Access, elsewhere: Answer = YES
) -> Answer:
    """Whether the principal may read (or write) items: DynamoDB's permission and the key's, both."""
    by_table = may_use_table(model, principal, table, access, elsewhere)
    return all_of([by_table, may_decrypt_items(model, principal, table)])


def may_use_table(
    model: AccessModel, principal: Principal, table: Table, access: Access, elsewhere: Answer = YES
) -> Answer:
    """DynamoDB's half: IAM policies and the table's resource policy.

    Args:
        model: the stack of the update.
        principal: who asks.
        table: the table.
        access: reading or writing.
        elsewhere: what IAM policies outside the stack are taken to give a principal that it does not make.
    """
    if principal.kind is Kind.SERVICE:
        return NO
    places = [(action, table.arn) for action in ITEM_ACTIONS[access]]
    if access is Access.READ:
        places += [(action, f"{table.arn}/index/{one}") for action in OF_INDEXES for one in table.indexes]
    requests = (_item_request(principal, action, place, table) for action, place in places)
    return any_of(_item_action(model, request, table, elsewhere) for request in requests)


def may_decrypt_items(model: AccessModel, principal: Principal, table: Table) -> Answer:
    """The key's half: whether DynamoDB may decrypt the table key on behalf of the principal."""
    if table.key.kind is KeyKind.AWS_OWNED:
        return YES
    if table.key.kind is KeyKind.AWS_MANAGED:
        return YES if principal.account in ("", table.account) else NO
    key = table.key.key
    if key is None:
        return unknown(table.key.why_unknown)
    return _key_action(model, key, _key_request(principal, DECRYPT, key, table))


def may_decrypt_directly(model: AccessModel, principal: Principal, key: Key) -> Answer:
    """Whether the principal may call kms:Decrypt itself, with an encryption context of its choice."""
    return _key_action(model, key, _key_request(principal, DECRYPT, key))


def may_administer(model: AccessModel, principal: Principal, key: Key, action: str) -> Answer:
    """Whether the principal may do one of `ADMINISTRATION_ACTIONS` itself."""
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
    """A part of an ARN; empty while it is not known."""
    return "" if part == NOT_KNOWN else part


def _item_request(principal: Principal, action: str, place: str, table: Table) -> Request:
    context = caller_context(principal, action, region=table.region, owner=table.account)
    return Request(action, principal, place, RequestContext(action, context))


def _item_action(model: AccessModel, request: Request, table: Table, elsewhere: Answer) -> Answer:
    if not _is_of_account(table, request.principal) and not table.policies:
        return conditional("a policy of the table admits it; this stack sets none")
    resource = Resource(table.account, table.policies)
    return evaluate(request, resource, *_side_of(model, request.principal, elsewhere))


def _side_of(model: AccessModel, principal: Principal, elsewhere: Answer) -> tuple[Identity, Answer]:
    """What the stack says of the principal, and what policies outside the stack are taken to give it."""
    known = model.identities.get(principal)
    if not principal.is_single:
        return Identity(), YES  # those of them that have IAM policies for it
    if known is None:
        return Identity(), elsewhere
    return Identity(known.policies, known.boundary, is_whole=known.is_of_stack), elsewhere


def _key_action(model: AccessModel, key: Key, request: Request, *, must_be_usable: bool = True) -> Answer:
    """What the key policy, its grants and the IAM policies of the stack say together."""
    if not must_be_usable:
        return _policies_say(model, key, request)
    if key.is_going or key.is_enabled is False:
        return NO
    is_enabled = YES if key.is_enabled else unknown(f"whether {key.label} is enabled")
    return all_of([_policies_say(model, key, request), is_enabled])


def _policies_say(model: AccessModel, key: Key, request: Request) -> Answer:
    """The same of a key that can be used."""
    if isinstance(key.policy, Unreadable):
        return unknown(f"the policy of {key.label}: {key.policy.reason}")
    resource = Resource(_known(account_of(key.arn)), [key.policy], key.grants)
    said = evaluate(request, resource, *_side_of(model, request.principal, DELEGATED))
    if request.principal.kind is Kind.GROUP:
        return any_of([said, _for_members(model, key, request)])
    return said


def _for_members(model: AccessModel, key: Key, request: Request) -> Answer:
    """What the key says to those of its users who may be members of the group that asks."""
    users = (named for named in named_by_key(key) if named.kind is Kind.USER)
    answer = any_of(_key_action(model, key, _as_member(request, user)) for user in users)
    is_nobody = answer.grade in {Grade.NO, Grade.DELEGATED}
    return NO if is_nobody else conditional("the member is a user that the key admits")


def _as_member(request: Request, user: Principal) -> Request:
    of_user = _context(user, request.action, request.resource)
    kept = {name: value for name, value in request.context.items() if name.startswith("kms:")}
    return replace(request, principal=user, context=RequestContext(request.action, {**of_user, **kept}))


def _is_of_account(table: Table, principal: Principal) -> bool:
    return principal.kind is not Kind.ANYONE and principal.account in ("", table.account)
