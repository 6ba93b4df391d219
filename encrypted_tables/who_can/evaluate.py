"""Who can do what with a table, from the account's policies, the table's, the key's and its grants. Pure."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from encrypted_tables.iam.actions import DECRYPT, ITEM_ACTIONS, OF_INDEXES, Access
from encrypted_tables.iam.answer import NO, YES, Answer, Grade, all_of, any_of, unknown
from encrypted_tables.iam.documents import Document
from encrypted_tables.iam.evaluate import Identity, Resource, evaluate
from encrypted_tables.iam.policy import Request, allowed_principals, resource_policy_delegates
from encrypted_tables.iam.principals import ANYONE, Kind, Principal, root_user
from encrypted_tables.iam.request_context import RequestContext, caller_context
from encrypted_tables.verify.collect.account import Account
from encrypted_tables.verify.predict.access import (
    Caller,
    KeyFacts,
    TableFacts,
    may_call_key,
    may_call_table,
    may_decrypt_items,
)
from encrypted_tables.verify.predict.predict import caller_of_member, under_control
from encrypted_tables.who_can.alike import ITSELF, Alike, Asked
from encrypted_tables.who_can.row import Row

_POLICY_CHANGES = ("kms:PutKeyPolicy", "kms:CreateGrant")
# With one of these on itself, a principal can give itself what the key leaves to IAM.
_OWN_POLICIES = {
    Kind.USER: ("iam:PutUserPolicy", "iam:AttachUserPolicy", "iam:AddUserToGroup"),
    Kind.ROLE: ("iam:PutRolePolicy", "iam:AttachRolePolicy"),
}


T = TypeVar("T")


@dataclass(frozen=True)
class Subject:
    """A table and what encrypts it."""

    table: TableFacts
    key: KeyFacts | None
    """None for an AWS owned or AWS managed key, which serves everyone that DynamoDB admits."""
    unusable: str = ""
    """Why nobody can use the key, as `the key is Disabled`; empty where it can be used."""
    unknown: str = ""
    """Why the key cannot be read; empty where it can."""
    indexes: tuple[str, ...] = ()


def rows(account: Account, subject: Subject, now: datetime | None = None) -> Iterator[Row]:
    """Every user and role of the account, its root user, and whoever else the policies name."""
    subject = controlled(account, subject)
    for principal, found, reasons in shared(account, subject, lambda caller: row(caller, subject, now)):
        yield found.of(principal, reasons)
    root = root_caller(account.id)
    limited = replace(root.identity, service_control_policies=account.service_control_policies)
    yield row(replace(root, identity=limited), subject, now)
    for principal in others(account, subject):
        yield row(Caller(principal, Identity()), subject, now)


def shared(
    account: Account, subject: Subject, evaluate_one: Callable[[Caller], T]
) -> Iterator[tuple[Principal, T, Mapping[str, str]]]:
    """The answer for every user and role, evaluated once for all that policies treat alike.

    Args:
        account: the users and roles.
        subject: the table and its key.
        evaluate_one: evaluates no request other than those of `asked`.

    Yields:
        The principal, the answer, and its own statements by those that the answer names, where they differ.
    """
    resources = [subject.table.resource, *([subject.key.resource] if subject.key else [])]
    alike = Alike(resources, asked(subject))
    found: dict[Hashable, tuple[T, tuple[str, ...]]] = {}
    for member in account.members.values():
        caller = caller_of_member(member)
        kind, places = alike.kind_of(caller)
        if kind not in found:
            found[kind] = evaluate_one(caller), places
        answer, known_places = found[kind]
        reasons = {} if places == known_places else dict(zip(known_places, places, strict=True))
        yield member.principal, answer, reasons


def policy_changers(account: Account, subject: Subject) -> list[Principal]:
    """The users and roles that can give themselves any access to the key by changing its policy."""
    subject = controlled(account, subject)
    key = subject.key
    if key is None:
        return []
    found = shared(account, subject, lambda caller: may_call_key(caller, key, _POLICY_CHANGES[0]))
    return [principal for principal, answer, _ in found if answer.grade is Grade.YES]


def asked(subject: Subject) -> list[Asked]:
    """All requests that `row` evaluates."""
    items = tuple(action for actions in ITEM_ACTIONS.values() for action in actions)
    indexes = tuple(_index(subject, one) for one in subject.indexes)
    return [
        Asked(items, (subject.table.arn,)),
        *([Asked(OF_INDEXES, indexes)] if indexes else []),
        *([Asked((DECRYPT, *_POLICY_CHANGES), (subject.key.arn,))] if subject.key else []),
        Asked(tuple(action for actions in _OWN_POLICIES.values() for action in actions), ITSELF),
    ]


def controlled(account: Account, subject: Subject) -> Subject:
    """The subject with the resource control policies of the account."""
    return replace(subject, key=under_control(subject.key, account)) if subject.key else subject


_EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_ROOT = Identity((Document((_EVERYTHING,), label="the root user"),), is_whole=True)


def root_caller(account: str) -> Caller:
    """The root user of an account, which its own policies never limit."""
    return Caller(root_user(account), _ROOT, {})


def others(account: Account, subject: Subject) -> list[Principal]:
    """The principals that policies and grants admit by name and that are no users or roles of the account."""
    found: set[Principal] = set()
    for policy in (*subject.table.policies, *(subject.key.policies if subject.key else ())):
        if isinstance(policy, Document):
            found |= allowed_principals(policy)
    found |= {grant.grantee for grant in (subject.key.grants if subject.key else ()) if grant.grantee}
    of_account = {one for one in found if one.account == account.id and one.kind is not Kind.SESSION}
    # DynamoDB holds grants of its own, with which it serves the callers that the key admits.
    dynamodb = {one for one in found if one.kind is Kind.SERVICE and one.name.startswith("dynamodb.")}
    return sorted(found - of_account - dynamodb)


def row(caller: Caller, subject: Subject, now: datetime | None = None) -> Row:
    """What one principal can do."""
    if caller.principal == ANYONE or not caller.principal.account:
        return _of_nobodys_account(caller, subject, now)
    by_key = _by_key(caller, subject, now)
    return Row(
        caller.principal,
        _served(caller, subject, Access.READ, by_key, now),
        _served(caller, subject, Access.WRITE, by_key, now),
        _direct(caller, subject, now),
        _administers(caller, subject, now),
    )


def _of_nobodys_account(caller: Caller, subject: Subject, now: datetime | None) -> Row:
    """Everyone, a service or an identity provider: the policies alone decide."""
    by_key = _by_key(caller, subject, now)
    direct = _direct(caller, subject, now)
    if caller.principal.kind is Kind.SERVICE:
        return Row(caller.principal, use_key=direct)
    reads = any_of(may_call_table(caller, subject.table, one, now) for one in ITEM_ACTIONS[Access.READ])
    writes = any_of(may_call_table(caller, subject.table, one, now) for one in ITEM_ACTIONS[Access.WRITE])
    return Row(caller.principal, all_of([reads, by_key]), all_of([writes, by_key]), direct)


def _served(caller: Caller, subject: Subject, access: Access, by_key: Answer, now: datetime | None) -> Answer:
    """Both halves: the table and the key."""
    return by_key if by_key.grade is Grade.NO else all_of([_items(caller, subject, access, now), by_key])


def _items(caller: Caller, subject: Subject, access: Access, now: datetime | None) -> Answer:
    found = NO
    for action in ITEM_ACTIONS[access]:
        found = any_of([found, may_call_table(caller, subject.table, action, now)])
        if found.grade is Grade.YES:
            return found
    if access is Access.READ:
        for index in subject.indexes:
            place = replace(subject.table, arn=_index(subject, index))
            found = any_of([found, *(may_call_table(caller, place, action, now) for action in OF_INDEXES)])
    return found


def _index(subject: Subject, name: str) -> str:
    return f"{subject.table.arn}/index/{name}"


def _by_key(caller: Caller, subject: Subject, now: datetime | None) -> Answer:
    if subject.unknown:
        return unknown(subject.unknown)
    if subject.key is None:
        return YES.by("AWS's own key, which serves everyone that DynamoDB admits")
    if subject.unusable:
        return NO.by(subject.unusable)
    return may_decrypt_items(caller, subject.table, subject.key, now)


def _direct(caller: Caller, subject: Subject, now: datetime | None) -> Answer:
    if subject.key is None or subject.unusable:
        return NO
    return may_call_key(caller, subject.key, DECRYPT, now)


def _administers(caller: Caller, subject: Subject, now: datetime | None) -> Answer:
    if subject.key is None:
        return NO
    changes = (may_call_key(caller, subject.key, action, now) for action in _POLICY_CHANGES)
    return any_of([*changes, _gives_itself_policies(caller, subject)])


def _gives_itself_policies(caller: Caller, subject: Subject) -> Answer:
    """Whether it can change its own IAM policies, and the key leaves decryption to IAM."""
    actions = _OWN_POLICIES.get(caller.principal.kind, ())
    if not actions or subject.key is None or caller.principal.account != subject.key.account:
        return NO
    decrypt = Request(DECRYPT, caller.principal, subject.key.arn, RequestContext(DECRYPT, {}))
    leaves_to_iam = any(
        resource_policy_delegates(one, decrypt).grade is not Grade.NO
        for one in subject.key.policies
        if isinstance(one, Document)
    )
    return any_of(_on_itself(caller, action) for action in actions) if leaves_to_iam else NO


def _on_itself(caller: Caller, action: str) -> Answer:
    principal = caller.principal
    context = caller_context(principal, action, region="", owner=principal.account)
    request = Request(action, principal, principal.arn, RequestContext(action, context))
    return evaluate(request, Resource(principal.account), caller.identity)


def with_access(found: Iterable[Row]) -> list[Row]:
    """The rows that are not no throughout, readers first."""
    return sorted((one for one in found if one.has_access), key=_by_access)


def _by_access(one: Row) -> tuple[int | str, ...]:
    order = {Grade.YES: 0, Grade.NO: 2}
    return *(order.get(answer.grade, 1) for answer in one.answers.values()), one.principal.arn
