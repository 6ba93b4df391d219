"""Predicts the access of principals without credentials, from policies and grants. Pure functions."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from encrypted_tables.iam.answer import Answer, Grade, any_of
from encrypted_tables.iam.documents import Document, Policy, Unreadable, read_document
from encrypted_tables.iam.evaluate import Identity
from encrypted_tables.iam.policy import principals_of
from encrypted_tables.iam.principals import Kind, Principal, parse_principal
from encrypted_tables.verify.collect.account import Account, Member
from encrypted_tables.verify.collect.observe import Key, Table, Unknown
from encrypted_tables.verify.compare.expectation import ITEM_CALLS
from encrypted_tables.verify.predict.access import (
    Caller,
    KeyFacts,
    TableFacts,
    may_call_table,
    may_decrypt_items,
)
from encrypted_tables.verify.probe.classify import Outcome


@dataclass(frozen=True)
class Prediction:
    """The predicted outcome of a call, and the reason."""

    table: str
    region: str
    principal: str
    call: str
    outcome: Outcome
    reason: str


@dataclass(frozen=True)
class View:
    """The predicted answer of the table, or of its key, to an item call."""

    outcome: Outcome
    reason: str


_IF_THEIR_IAM_DOES = ", if the other account's IAM policies allow it"
UNUSABLE = {
    "Disabled": Outcome.KEY_DISABLED,
    "PendingDeletion": Outcome.KEY_PENDING_DELETION,
    "PendingReplicaDeletion": Outcome.KEY_PENDING_DELETION,
    "PendingImport": Outcome.COULD_NOT_TELL,
    "Unavailable": Outcome.COULD_NOT_TELL,
}


def predict_item_calls(
    account: Account | Unknown, table: Table, key: Key | Unknown | None, principal: str, now: datetime
) -> list[Prediction]:
    """The outcome of each item call of a principal on a table at some time."""
    callers = _callers(account, table, key, principal)
    if isinstance(callers, View):
        views = dict.fromkeys(ITEM_CALLS, callers)
    else:
        by_key = _key_view(callers, table, key, account, now)
        views = {call: combine(_table_view(callers, table, call, now), by_key) for call in ITEM_CALLS}
    return [
        Prediction(table.name, table.region, principal, call, view.outcome, view.reason)
        for call, view in views.items()
    ]


def caller_of(account: Account, principal: Principal) -> Caller | None:
    """A principal with its policies; None if the account has no such user or role."""
    if principal.account != account.id or not principal.is_single:
        return Caller(principal, Identity())
    member = account.member(principal)
    if member is None:
        return None
    caller = caller_of_member(member)
    return replace(caller, principal=principal) if principal.kind is Kind.SESSION else caller


def caller_of_member(member: Member) -> Caller:
    """A user or role with its policies."""
    return Caller(member.principal, member.identity, member.tags, member.principal.arn, member.unique_id)


def table_facts(table: Table) -> TableFacts:
    """The facts that access to the table depends on."""
    return TableFacts(table.name, table.arn, _resource_policies(table.policy, "the table's policy"))


def stream_facts(table: Table) -> TableFacts | None:
    """The facts that access to the table's stream depends on; None without a stream."""
    if table.stream is None:
        return None
    policies = _resource_policies(table.stream.policy, "the stream's policy")
    return TableFacts(table.name, table.stream.arn, policies)


def _resource_policies(policy: str | Unknown | None, label: str) -> list[Policy]:
    if isinstance(policy, Unknown):
        return [Unreadable(policy.words)]
    return [read_document(policy, label)] if policy else []


def key_facts(key: Key) -> KeyFacts:
    """The facts that access to the key depends on."""
    policy: Policy = (
        Unreadable(key.policy.words)
        if isinstance(key.policy, Unknown)
        else read_document(key.policy, "the key policy")
    )
    if isinstance(key.grants, Unknown):
        return KeyFacts(key.arn, [policy], [], f"the grants of the key: {key.grants.words}")
    return KeyFacts(key.arn, [policy], [grant.permission for grant in key.grants])


def under_control(key: KeyFacts, account: Account | Unknown) -> KeyFacts:
    """The key with the resource control policies of its account.

    They are applied to the key but not to the table, because AWS applies them only to some services. Without
    the key, nobody can read the table.
    https://docs.aws.amazon.com/kms/latest/developerguide/resource-control-policies.html
    """
    if isinstance(account, Unknown) or key.account != account.id:
        return key
    return replace(key, resource_control_policies=account.resource_control_policies)


def _callers(
    account: Account | Unknown, table: Table, key: Key | Unknown | None, principal: str
) -> list[Caller] | View:
    """The principals to evaluate. For an account, those that a policy names; it is enough if one is
    allowed.
    """
    who = parse_principal(principal)
    if who is None:
        return View(Outcome.COULD_NOT_TELL, f"{principal} is the unique id of a deleted user or role")
    if who.account == table.account:
        if isinstance(account, Unknown):
            return View(Outcome.COULD_NOT_TELL, account.words)
        caller = caller_of(account, who)
        if caller is None:
            return View(Outcome.COULD_NOT_TELL, f"the account has no {who.kind} {who.name}")
        return [caller]
    named = {who} if who.kind is not Kind.ACCOUNT else {who, *_named_of(who.account, table, key)}
    return [Caller(one, Identity()) for one in sorted(named)]


def _named_of(account: str, table: Table, key: Key | Unknown | None) -> Iterable[Principal]:
    policies = [*table_facts(table).policies, *(key_facts(key).policies if isinstance(key, Key) else ())]
    for policy in policies:
        if isinstance(policy, Document):
            yield from (one for one in principals_of(policy) if one.account == account)


def _table_view(callers: list[Caller], table: Table, call: str, now: datetime) -> View:
    facts = table_facts(table)
    answer = any_of(may_call_table(caller, facts, f"dynamodb:{call}", now) for caller in callers)
    return _view(answer, Outcome.DENIED_BY_IAM, "no IAM policy and no table policy allows it")


def _key_view(
    callers: list[Caller],
    table: Table,
    key: Key | Unknown | None,
    account: Account | Unknown,
    now: datetime,
) -> View:
    if key is None or (isinstance(key, Key) and key.manager == "AWS"):
        return View(Outcome.ALLOWED, "an AWS key allows every caller that DynamoDB allows")
    if isinstance(key, Unknown):
        return View(Outcome.COULD_NOT_TELL, key.words)
    if key.state in UNUSABLE:
        return View(UNUSABLE[key.state], f"the key is {key.state}")
    of_table, of_key = table_facts(table), under_control(key_facts(key), account)
    answer = any_of(may_decrypt_items(caller, of_table, of_key, now) for caller in callers)
    return _view(answer, Outcome.DENIED_BY_KMS, "no key policy, grant or IAM policy allows it")


def _view(answer: Answer, denied: Outcome, reason: str) -> View:
    by = "; ".join(dict.fromkeys(answer.because))
    match answer.grade:
        case Grade.YES:
            return View(Outcome.ALLOWED, f"allowed by {by}" if by else "allowed")
        case Grade.DELEGATED:
            return View(Outcome.ALLOWED, (f"allowed by {by}" if by else "allowed") + _IF_THEIR_IAM_DOES)
        case Grade.NO:
            return View(denied, f"denied by {by}" if by else reason)
        case _:
            return View(Outcome.COULD_NOT_TELL, f"it depends: {'; or '.join(answer.details)}")


def combine(table: View, key: View) -> View:
    """DynamoDB checks the caller's access to the table first, then to the key."""
    if table.outcome.is_denied:
        return table
    if key.outcome is not Outcome.ALLOWED:
        return key
    return View(table.outcome, f"{table.reason}; {key.reason}")
