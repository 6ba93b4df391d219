"""Whether a principal may do something with a table or its key, as far as the stack tells."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum

from encrypted_tables.access_diff.collect.identities import Identity
from encrypted_tables.access_diff.collect.world import Key, KeyKind, Table, World
from encrypted_tables.access_diff.evaluate.answer import (
    DELEGATED,
    NO,
    YES,
    Answer,
    Grade,
    all_of,
    any_of,
    conditional,
    unknown,
    unless,
)
from encrypted_tables.access_diff.evaluate.conditions import Context
from encrypted_tables.access_diff.evaluate.granted import grant_allows
from encrypted_tables.access_diff.evaluate.named import named_by_key
from encrypted_tables.access_diff.evaluate.policy import (
    Document,
    Policy,
    Request,
    Unreadable,
    identity_policy_says,
    resource_policy_allows,
    resource_policy_delegates,
    resource_policy_denies,
)
from encrypted_tables.access_diff.evaluate.principals import Kind, Principal


class Access(StrEnum):
    """What a principal can gain or lose."""

    READ = "read"
    WRITE = "write"
    KEY_USE = "use of the key"
    """kms:Decrypt through DynamoDB: the key's half of reading and writing."""
    DIRECT_KEY_USE = "direct use of the key"
    """kms:Decrypt outside DynamoDB."""
    ADMINISTRATION = "administration"


# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
ITEM_ACTIONS: Mapping[Access, tuple[str, ...]] = {
    Access.READ: (
        "dynamodb:GetItem",
        "dynamodb:BatchGetItem",
        "dynamodb:Query",
        "dynamodb:Scan",
        "dynamodb:PartiQLSelect",
    ),
    Access.WRITE: (
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
        "dynamodb:BatchWriteItem",
        "dynamodb:PartiQLInsert",
        "dynamodb:PartiQLUpdate",
        "dynamodb:PartiQLDelete",
    ),
}
_OF_INDEXES = ("dynamodb:Query", "dynamodb:Scan", "dynamodb:PartiQLSelect")
# Who may change the policy, make grants or make a replica with a policy of its own can give itself any use;
# who may disable or delete the key, delete its material or end grants ends others'.
# https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
WHOLE_ADMINISTRATION = (
    "kms:PutKeyPolicy",
    "kms:CreateGrant",
    "kms:RevokeGrant",
    "kms:EnableKey",
    "kms:DisableKey",
    "kms:ScheduleKeyDeletion",
    "kms:CancelKeyDeletion",
)
"""Who has these is called an administrator of the key without more words."""
ADMINISTRATION_ACTIONS = (
    *WHOLE_ADMINISTRATION,
    "kms:RetireGrant",
    "kms:ReplicateKey",
    "kms:UpdatePrimaryRegion",
    "kms:DeleteImportedKeyMaterial",
)
_DECRYPT = "kms:Decrypt"


def may_use_items(
    world: World, principal: Principal, table: Table, access: Access, elsewhere: Answer = YES
) -> Answer:
    """Whether the principal may read (or write) items: DynamoDB's permission and the key's, both."""
    by_table = may_use_table(world, principal, table, access, elsewhere)
    return all_of([by_table, may_decrypt_items(world, principal, table)])


def may_use_table(
    world: World, principal: Principal, table: Table, access: Access, elsewhere: Answer = YES
) -> Answer:
    """DynamoDB's half: IAM policies and the table's resource policy.

    Args:
        world: the side of the update.
        principal: who asks.
        table: the table.
        access: reading or writing.
        elsewhere: what IAM policies outside the stack are taken to give a principal that it does not make.
    """
    if principal.kind is Kind.SERVICE:
        return NO
    context = _who(principal)
    places = [(action, table.arn) for action in ITEM_ACTIONS[access]]
    if access is Access.READ:
        places += [(action, f"{table.arn}/index/{one}") for action in _OF_INDEXES for one in table.indexes]
    requests = (Request(action, principal, place, context) for action, place in places)
    return any_of(_item_action(world, request, table, elsewhere) for request in requests)


def may_decrypt_items(world: World, principal: Principal, table: Table) -> Answer:
    """The key's half: whether DynamoDB may decrypt the table key on behalf of the principal."""
    if table.key.kind is KeyKind.AWS_OWNED:
        return YES
    if table.key.kind is KeyKind.AWS_MANAGED:
        return YES if principal.account in ("", table.account) else NO
    key = table.key.key
    if key is None:
        return unknown(table.key.why_unknown)
    context = {**_who(principal), **_through_dynamodb(table)}
    return _key_action(world, key, Request(_DECRYPT, principal, key.arn, context))


def may_decrypt_directly(world: World, principal: Principal, key: Key) -> Answer:
    """Whether the principal may call kms:Decrypt itself, with an encryption context of its choice."""
    context = {**_who(principal), **_NOT_THROUGH_A_SERVICE}
    return _key_action(world, key, Request(_DECRYPT, principal, key.arn, context))


def may_administer(world: World, principal: Principal, key: Key, action: str) -> Answer:
    """Whether the principal may do one of `ADMINISTRATION_ACTIONS` itself."""
    context = {**_who(principal), **_NOT_THROUGH_A_SERVICE, "kms:grantisforawsresource": "false"}
    return _key_action(world, key, Request(action, principal, key.arn, context), must_be_usable=False)


_NOT_THROUGH_A_SERVICE: Context = {"kms:viaservice": None}


def _who(principal: Principal) -> Context:
    """The condition keys that follow from who calls."""
    context: dict[str, str] = {}
    if principal.account:
        context |= {"kms:calleraccount": principal.account, "aws:principalaccount": principal.account}
    if (
        principal.kind in {Kind.USER, Kind.ROLE} and principal.arn
    ):  # of a session it is its role's, path and all
        context["aws:principalarn"] = principal.arn
    return context


def _through_dynamodb(table: Table) -> Context:
    """The condition keys of the Decrypt that DynamoDB makes for an item call.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    """
    context: dict[str, str | tuple[str, ...]] = {
        "kms:encryptioncontext:aws:dynamodb:tablename": table.name,
        "kms:encryptioncontextkeys": ("aws:dynamodb:tableName", "aws:dynamodb:subscriberId"),
    }
    if table.account:
        context["kms:encryptioncontext:aws:dynamodb:subscriberid"] = table.account
    if table.region:
        context["kms:viaservice"] = f"dynamodb.{table.region}.amazonaws.com"
    return context


def _item_action(world: World, request: Request, table: Table, elsewhere: Answer) -> Answer:
    by_table = _documents(table.policies)
    unread = [unknown(f"the table's policy: {p.reason}") for p in table.policies if isinstance(p, Unreadable)]
    denied = any_of([*(resource_policy_denies(document, request) for document in by_table), *unread])
    allowed = any_of([*(resource_policy_allows(document, request) for document in by_table), *unread])
    if not _is_of_account(table, request.principal):
        return unless(any_of([allowed, *_no_table_policy(table)]), denied)
    identity = world.identities.get(request.principal)
    by_identity, denied_by_identity = _identity_says(identity, request)
    if not request.principal.is_single:
        by_identity = YES  # whoever of them has IAM policies for it
    elif not (identity and identity.is_of_stack):
        by_identity = any_of([by_identity, elsewhere])
    return unless(any_of([allowed, by_identity]), any_of([denied, denied_by_identity]))


def _no_table_policy(table: Table) -> list[Answer]:
    """Another account needs a policy of the table too; the stack may not be what sets it."""
    return [] if table.policies else [conditional("a policy of the table lets it in; this stack sets none")]


def _key_action(world: World, key: Key, request: Request, *, must_be_usable: bool = True) -> Answer:
    """What the key policy, its grants and the IAM policies of the stack say together."""
    if not must_be_usable:
        return _policies_say(world, key, request)
    if key.is_going or key.is_enabled is False:
        return NO
    is_enabled = YES if key.is_enabled else unknown(f"whether {key.label} is enabled")
    return all_of([_policies_say(world, key, request), is_enabled])


def _policies_say(world: World, key: Key, request: Request) -> Answer:
    """The same of a key that can be used."""
    if isinstance(key.policy, Unreadable):
        return unknown(f"the policy of {key.label}: {key.policy.reason}")
    granted = unless(
        any_of(grant_allows(grant, request) for grant in key.grants),
        resource_policy_denies(key.policy, request),
    )
    direct = any_of([resource_policy_allows(key.policy, request), granted])
    if not request.principal.is_single:
        return direct
    if request.principal.kind is Kind.GROUP:
        direct = any_of([direct, _for_members(world, key, request)])
    left_to_iam = resource_policy_delegates(key.policy, request)
    identity = world.identities.get(request.principal)
    by_identity, denied = _identity_says(identity, request)
    if not (identity and identity.is_of_stack):
        by_identity = any_of([by_identity, DELEGATED])
    return unless(any_of([direct, all_of([left_to_iam, by_identity])]), denied)


def _for_members(world: World, key: Key, request: Request) -> Answer:
    """What the key says to those of its users who may be members of the group that asks."""
    users = (named for named in named_by_key(key) if named.kind is Kind.USER)
    answer = any_of(
        _key_action(world, key, replace(request, principal=user, context={**request.context, **_who(user)}))
        for user in users
    )
    is_nobody = answer.grade in {Grade.NO, Grade.DELEGATED}
    return NO if is_nobody else conditional("the member is a user whom the key lets in")


def _identity_says(identity: Identity | None, request: Request) -> tuple[Answer, Answer]:
    if identity is None:
        return NO, NO
    said = [identity_policy_says(document, request) for document in _documents(identity.policies)]
    unread = [unknown(f"a policy it has: {p.reason}") for p in identity.policies if isinstance(p, Unreadable)]
    allowed = any_of([*(one for one, _ in said), *unread])
    if identity.has_boundary:
        allowed = all_of([allowed, conditional("its permissions boundary allows it")])
    return allowed, any_of([*(denied for _, denied in said), *unread])  # what is not read may deny as well


def _documents(policies: Iterable[Policy]) -> list[Document]:
    return [policy for policy in policies if isinstance(policy, Document)]


def _is_of_account(table: Table, principal: Principal) -> bool:
    return principal.kind is not Kind.ANYONE and principal.account in ("", table.account)
