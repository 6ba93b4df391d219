"""Evaluates who can do what with a table, from IAM policies, table policy, key policy and grants. Pure
functions.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from encrypted_tables.iam.actions import (
    COPY_ACTIONS,
    DECRYPT,
    DECRYPT_ACTIONS,
    GET_RECORDS,
    ITEM_ACTIONS,
    OF_BACKUPS,
    Access,
)
from encrypted_tables.iam.answer import NO, YES, Answer, Grade, all_of, any_of, unknown
from encrypted_tables.iam.copies import key_for_copies
from encrypted_tables.iam.documents import Document
from encrypted_tables.iam.evaluate import Identity, Resource, evaluate
from encrypted_tables.iam.item_calls import item_calls
from encrypted_tables.iam.policy import NOT_KNOWN, Request, allowed_principals, resource_policy_delegates
from encrypted_tables.iam.principals import ANYONE, Kind, Principal, root_user
from encrypted_tables.iam.request_context import (
    RequestContext,
    Value,
    caller_context,
    with_encryption_context,
)
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
_SHARE = "dynamodb:PutResourcePolicy"
_COPIES_OF_TABLE = tuple(one for one in COPY_ACTIONS if one not in OF_BACKUPS)
_COPIES_OF_BACKUP = tuple(one for one in COPY_ACTIONS if one in OF_BACKUPS)
# With one of these on itself, a principal can give itself access that the key policy leaves to IAM policies.
_OWN_POLICIES = {
    Kind.USER: ("iam:PutUserPolicy", "iam:AttachUserPolicy", "iam:AddUserToGroup"),
    Kind.ROLE: ("iam:PutRolePolicy", "iam:AttachRolePolicy"),
}


T = TypeVar("T")


@dataclass(frozen=True)
class Subject:
    """A table and its key."""

    table: TableFacts
    key: KeyFacts | None
    """None for an AWS owned or AWS managed key."""
    unusable: str = ""
    """Why nobody can use the key, such as `the key is Disabled`; empty if it can be used."""
    unknown: str = ""
    """Why the key cannot be read; empty if it can."""
    indexes: tuple[str, ...] = ()
    vector_indexes: tuple[str, ...] = ()
    stream: TableFacts | None = None
    """The table's stream with its policies; None without a stream."""
    is_aws_managed: bool = False
    """Whether the key is the AWS managed key, which only principals of its account can use."""


def rows(account: Account, subject: Subject, now: datetime | None = None) -> Iterator[Row]:
    """The answers for all users and roles of the account, its root user, and other principals that policies
    name.
    """
    subject = controlled(account, subject)
    for principal, found, reasons in shared(account, subject, lambda caller: row(caller, subject, now)):
        yield found.of(principal, reasons)
    yield row(root_caller(account), subject, now)
    for principal in others(account, subject):
        yield row(Caller(principal, Identity()), subject, now)


def shared(
    account: Account, subject: Subject, evaluate_one: Callable[[Caller], T]
) -> Iterator[tuple[Principal, T, Mapping[str, str]]]:
    """The answer for every user and role, evaluated once per group that policies treat alike.

    Args:
        account: the users and roles.
        subject: the table and its key.
        evaluate_one: evaluates a caller; it must not evaluate other requests than those of `asked`.

    Yields:
        The principal, the answer, and the principal's own statements by those in the answer, if they differ.
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
    """The users and roles that can give themselves access to the key by changing its policy."""
    subject = controlled(account, subject)
    key = subject.key
    if key is None:
        return []
    found = shared(account, subject, lambda caller: may_call_key(caller, key, _POLICY_CHANGES[0]))
    return [principal for principal, answer, _ in found if answer.grade is Grade.YES]


def asked(subject: Subject) -> list[Asked]:
    """All requests that `row` evaluates."""
    by_arn = {subject.table.arn: [*_COPIES_OF_TABLE, _SHARE]}
    for action, arn in (call for access in ITEM_ACTIONS for call in _item_calls(subject, access)):
        by_arn.setdefault(arn, []).append(action)
    return [
        *(Asked(tuple(actions), (arn,)) for arn, actions in by_arn.items()),
        Asked(_COPIES_OF_BACKUP, (_backups(subject).arn,)),
        *([Asked((GET_RECORDS,), (subject.stream.arn,))] if subject.stream else []),
        *([Asked((*DECRYPT_ACTIONS, *_POLICY_CHANGES), (subject.key.arn,))] if subject.key else []),
        Asked(tuple(action for actions in _OWN_POLICIES.values() for action in actions), ITSELF),
    ]


def controlled(account: Account, subject: Subject) -> Subject:
    """The subject with the resource control policies of the account."""
    return replace(subject, key=under_control(subject.key, account)) if subject.key else subject


_EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_ROOT = Identity((Document((_EVERYTHING,), label="the root user"),), is_whole=True)


def root_caller(account: Account) -> Caller:
    """The root user of an account. Only service control policies limit it."""
    identity = replace(_ROOT, service_control_policies=account.service_control_policies)
    return Caller(root_user(account.id), identity, {})


def others(account: Account, subject: Subject) -> list[Principal]:
    """Principals that policies and grants allow by name and that are not users or roles of the account."""
    found: set[Principal] = set()
    for policy in (
        *subject.table.policies,
        *(subject.stream.policies if subject.stream else ()),
        *(subject.key.policies if subject.key else ()),
    ):
        if isinstance(policy, Document):
            found |= allowed_principals(policy)
    found |= {grant.grantee for grant in (subject.key.grants if subject.key else ()) if grant.grantee}
    of_account = {one for one in found if one.account == account.id and one.kind is not Kind.SESSION}
    # DynamoDB's own grants serve callers that the key already allows.
    dynamodb = {one for one in found if one.kind is Kind.SERVICE and one.name.startswith("dynamodb.")}
    return sorted(found - of_account - dynamodb)


def row(caller: Caller, subject: Subject, now: datetime | None = None) -> Row:
    """What one principal can do."""
    by_key = _by_key(caller, subject, now)
    direct, copies = _direct(caller, subject, now), _copies(caller, subject, by_key, now)
    if caller.principal.kind is Kind.SERVICE:
        return Row(caller.principal, use_key=direct, copy=copies)
    is_of_an_account = caller.principal != ANYONE and bool(caller.principal.account)
    reads = _served(caller, subject, Access.READ, by_key, now)
    return Row(
        caller.principal,
        any_of([reads, _reads_stream(caller, subject, by_key, now)]),
        _served(caller, subject, Access.WRITE, by_key, now),
        direct,
        _administers(caller, subject, by_key, now) if is_of_an_account else NO,
        copies,
    )


def _served(caller: Caller, subject: Subject, access: Access, by_key: Answer, now: datetime | None) -> Answer:
    """The combined answer of table and key."""
    return by_key if by_key.grade is Grade.NO else all_of([_items(caller, subject, access, now), by_key])


def _items(caller: Caller, subject: Subject, access: Access, now: datetime | None) -> Answer:
    return any_of(
        may_call_table(caller, replace(subject.table, arn=arn), action, now)
        for action, arn in _item_calls(subject, access)
    )


def _item_calls(subject: Subject, access: Access) -> Iterator[tuple[str, str]]:
    return item_calls(access, subject.table.arn, subject.indexes, subject.vector_indexes)


def _reads_stream(caller: Caller, subject: Subject, by_key: Answer, now: datetime | None) -> Answer:
    if subject.stream is None:
        return NO
    return _with_key(may_call_table(caller, subject.stream, GET_RECORDS, now), subject, by_key)


def _copies(caller: Caller, subject: Subject, by_key: Answer, now: datetime | None) -> Answer:
    calls = [(subject.table, one) for one in _COPIES_OF_TABLE]
    calls += [(_backups(subject), one) for one in _COPIES_OF_BACKUP]
    return _with_key(any_of(may_call_table(caller, *call, now) for call in calls), subject, by_key)


def _with_key(allowed: Answer, subject: Subject, by_key: Answer) -> Answer:
    """The answer for a copy or a stream. AWS documents only what DynamoDB checks, so whether the key matters
    is unknown.
    """
    if allowed.grade is Grade.NO or subject.unusable:
        return NO
    return all_of([allowed, key_for_copies(by_key)])


def _backups(subject: Subject) -> TableFacts:
    """Any backup of the table; backups have no resource policy."""
    return replace(subject.table, arn=f"{subject.table.arn}/backup/{NOT_KNOWN}", policies=())


def _by_key(caller: Caller, subject: Subject, now: datetime | None) -> Answer:
    if subject.unknown:
        return unknown(subject.unknown)
    if subject.is_aws_managed and caller.principal.account not in ("", subject.table.account):
        return NO.by("the AWS managed key, which only principals of its account can use")
    if subject.key is None:
        return YES.by("an AWS owned key, which everyone that DynamoDB allows can use")
    if subject.unusable:
        return NO.by(subject.unusable)
    return may_decrypt_items(caller, subject.table, subject.key, now)


def _direct(caller: Caller, subject: Subject, now: datetime | None) -> Answer:
    """Whether it can use the key itself. It chooses the encryption context, such as the table's."""
    if subject.key is None or subject.unusable:
        return NO
    answer = _decrypts(caller, subject.key, now, {})
    if answer.grade in (Grade.NO, Grade.YES):  # in any context
        return answer
    of_table = with_encryption_context(subject.table.name, subject.table.account)
    return any_of([answer, _decrypts(caller, subject.key, now, of_table)])


def _decrypts(caller: Caller, key: KeyFacts, now: datetime | None, context: Mapping[str, Value]) -> Answer:
    return any_of(may_call_key(caller, key, action, now, context) for action in DECRYPT_ACTIONS)


def _administers(caller: Caller, subject: Subject, by_key: Answer, now: datetime | None) -> Answer:
    """Whether it can give itself access. Changing the table policy is enough only if the key already allows
    it.
    """
    shares = all_of([may_call_table(caller, subject.table, _SHARE, now), by_key])
    if subject.key is None:
        return shares
    changes = [may_call_key(caller, subject.key, action, now) for action in _POLICY_CHANGES]
    return any_of([*changes, shares, _gives_itself_policies(caller, subject)])


def _gives_itself_policies(caller: Caller, subject: Subject) -> Answer:
    """Whether it can change its own IAM policies, and the key policy leaves decryption to IAM policies."""
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
    """The rows with any answer other than "no", readers first."""
    return sorted((one for one in found if one.has_access), key=_by_access)


def _by_access(one: Row) -> tuple[int | str, ...]:
    order = {Grade.YES: 0, Grade.NO: 2}
    return *(order.get(answer.grade, 1) for answer in one.answers.values()), one.principal.arn
