"""Predicts the access of a principal without credentials, from policies and grants. Never called proven."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

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
    """What a call would answer, and the reason."""

    table: str
    region: str
    principal: str
    call: str
    outcome: Outcome
    reason: str


@dataclass(frozen=True)
class View:
    """What the table or its key is predicted to say to an item call."""

    outcome: Outcome
    reason: str


_IF_THEIR_IAM_DOES = ", if the other account's IAM policies do"
UNUSABLE = {
    "Disabled": Outcome.KEY_DISABLED,
    "PendingDeletion": Outcome.KEY_PENDING_DELETION,
    "PendingReplicaDeletion": Outcome.KEY_PENDING_DELETION,
}


def predict_item_calls(
    account: Account | Unknown, table: Table, key: Key | Unknown | None, principal: str
) -> list[Prediction]:
    """What each item call of a principal would answer on a table."""
    callers = _callers(account, table, key, principal)
    if isinstance(callers, View):
        views = dict.fromkeys(ITEM_CALLS, callers)
    else:
        by_key = _key_view(callers, table, key)
        views = {call: combine(_table_view(callers, table, call), by_key) for call in ITEM_CALLS}
    return [
        Prediction(table.name, table.region, principal, call, view.outcome, view.reason)
        for call, view in views.items()
    ]


def caller_of(account: Account, principal: Principal) -> Caller | None:
    """A principal with its policies; None if it is no user or role of its account."""
    if principal.account != account.id or not principal.is_single:
        return Caller(principal, Identity())
    member = account.member(principal)
    if member is None:
        return None
    caller = caller_of_member(member)
    return replace(caller, principal=principal) if principal.kind is Kind.SESSION else caller


def caller_of_member(member: Member) -> Caller:
    """A user or role with its policies."""
    return Caller(member.principal, member.identity, member.tags, member.principal.arn)


def table_facts(table: Table) -> TableFacts:
    """The table as far as its access goes."""
    policies: list[Policy] = []
    if isinstance(table.policy, Unknown):
        policies = [Unreadable(table.policy.words)]
    elif table.policy:
        policies = [read_document(table.policy, "the table's policy")]
    return TableFacts(table.name, table.arn, policies)


def key_facts(key: Key) -> KeyFacts:
    """The key as far as its access goes."""
    policy: Policy = (
        Unreadable(key.policy.words)
        if isinstance(key.policy, Unknown)
        else read_document(key.policy, "the key policy")
    )
    if isinstance(key.grants, Unknown):
        return KeyFacts(key.arn, [policy], [], f"the grants of the key: {key.grants.words}")
    return KeyFacts(key.arn, [policy], [grant.permission for grant in key.grants])


def _callers(
    account: Account | Unknown, table: Table, key: Key | Unknown | None, principal: str
) -> list[Caller] | View:
    """Whose calls are meant; an account is admitted as soon as one of its principals is."""
    who = parse_principal(principal)
    if who is None:
        return View(Outcome.COULD_NOT_TELL, f"{principal} is the id of a deleted user or role")
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


def _table_view(callers: list[Caller], table: Table, call: str) -> View:
    facts = table_facts(table)
    said = any_of(may_call_table(caller, facts, f"dynamodb:{call}") for caller in callers)
    return _view(said, Outcome.DENIED_BY_IAM, "neither IAM nor the table's policy allows it")


def _key_view(callers: list[Caller], table: Table, key: Key | Unknown | None) -> View:
    if key is None or (isinstance(key, Key) and key.manager == "AWS"):
        return View(Outcome.ALLOWED, "AWS's own key serves every caller that DynamoDB admits")
    if isinstance(key, Unknown):
        return View(Outcome.COULD_NOT_TELL, key.words)
    if key.state in UNUSABLE:
        return View(UNUSABLE[key.state], f"the key is {key.state}")
    of_table, of_key = table_facts(table), key_facts(key)
    said = any_of(may_decrypt_items(caller, of_table, of_key) for caller in callers)
    return _view(said, Outcome.DENIED_BY_KMS, "neither the key policy nor a grant nor IAM allows it")


def _view(said: Answer, denied: Outcome, reason: str) -> View:
    by = "; ".join(dict.fromkeys(said.because))
    match said.grade:
        case Grade.YES:
            return View(Outcome.ALLOWED, f"allowed by {by}" if by else "allowed")
        case Grade.DELEGATED:
            return View(Outcome.ALLOWED, (f"allowed by {by}" if by else "allowed") + _IF_THEIR_IAM_DOES)
        case Grade.NO:
            return View(denied, f"denied by {by}" if by else reason)
        case _:
            return View(Outcome.COULD_NOT_TELL, f"it depends: {'; or '.join(said.details)}")


def combine(table: View, key: View) -> View:
    """DynamoDB admits the caller first and then asks the key."""
    if table.outcome.is_denied:
        return table
    if key.outcome is not Outcome.ALLOWED:
        return key
    return View(table.outcome, f"{table.reason}; {key.reason}")
