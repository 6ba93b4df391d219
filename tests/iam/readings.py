"""The predictions of the tools for everyone in a generated world, from AWS's APIs."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import product
from typing import Any

from encrypted_tables.iam.answer import Answer, Grade
from encrypted_tables.iam.documents import Policy, read_document
from encrypted_tables.iam.principals import Kind, parse_principal
from encrypted_tables.iam.request_context import ABSENT, Value
from encrypted_tables.verify.collect.account import Account
from encrypted_tables.verify.collect.grants import grant_of
from encrypted_tables.verify.collect.organization import ControlPolicies, limited
from encrypted_tables.verify.predict.access import (
    Caller,
    KeyFacts,
    TableFacts,
    may_call_key,
    may_call_table,
    may_decrypt_items,
)
from encrypted_tables.verify.predict.predict import caller_of
from encrypted_tables.who_can.evaluate import Subject, root_caller, row
from encrypted_tables.who_can.row import Row
from tests.iam.stage import Stage
from tests.iam.vectors import ACCOUNT, FULL_ACCESS, TABLE, TABLE_ARN
from tests.iam.worlds import KEY_CALLS, ROOTS, World

_OF_DYNAMODB = {"aws:dynamodb:tableName": TABLE, "aws:dynamodb:subscriberId": ACCOUNT}
_UNKNOWN_VALUES: tuple[tuple[Mapping[str, Value], ...], ...] = (
    tuple({"aws:sourceip": one} for one in ("127.0.0.1", "10.0.0.1", "203.0.113.1", "2001:db8::1")),
    tuple({"aws:useragent": one} for one in ("aws-cli/2.0", "another", ABSENT)),
    tuple({"aws:multifactorauthpresent": one} for one in ("true", "false", ABSENT)),
    tuple({"dynamodb:leadingkeys": one} for one in (("1",), ("anna",), ("other",), ABSENT)),
)
"""Condition keys that only the caller or AWS knows."""
_CHOSEN_CONTEXTS: tuple[Mapping[str, str], ...] = (
    {}, _OF_DYNAMODB, {"aws:dynamodb:tableName": "other"}, {"aws:dynamodb:tableName": TABLE},
    {"purpose": "1"}, {**_OF_DYNAMODB, "aws:dynamodb:tableName": TABLE.upper()},
    {"aws:dynamodb:subscriberId": "444455556666"},
)  # fmt: skip
"""Encryption contexts that the caller of kms:Decrypt can choose."""


@dataclass(frozen=True)
class _Informed(Caller):
    """A caller with more known facts about the request."""

    more: Mapping[str, Value] = field(default_factory=dict)

    def context(self, action: str, *, region: str, owner: str, now: datetime | None) -> dict[str, Value]:
        return {**super().context(action, region=region, owner=owner, now=now), **self.more}


class Reading:
    """Predictions for the current world."""

    def __init__(self, stage: Stage, world: World) -> None:
        self._world = world
        self._stage = stage
        self._now = datetime.now(UTC)
        table_policy, key_policy = stage.placed(world.table_policy), stage.placed(world.key_policy)
        self._table = TableFacts(
            TABLE, TABLE_ARN, [read_document(table_policy, "the table's policy")] if table_policy else []
        )
        self._key = KeyFacts(
            stage.key_arn,
            [read_document(key_policy, "the key policy")],
            [grant_of(one).permission for one in stage.grants],
            resource_control_policies=self._controls(ACCOUNT).of_resources,
        )

    @cached_property
    def _accounts(self) -> dict[str, Account]:
        """The users and roles of both accounts, limited by their control policies."""
        return {one.id: limited(one, self._controls(one.id)) for one in self._stage.accounts.values()}

    def _controls(self, account: str) -> ControlPolicies:
        root, own = self._world.of_organization, self._world.of_account if account == ACCOUNT else None
        of_resources = self._world.of_resources if account == ACCOUNT else None
        return ControlPolicies((self._level(root), self._level(own)), (self._level(of_resources),))

    def _level(self, policy: Mapping[str, Any] | None) -> tuple[Policy, ...]:
        given = [self._stage.placed(policy)] if policy else []
        return tuple(read_document(one, "a control policy") for one in (FULL_ACCESS, *given))

    def halves(self, caller: str, call: str) -> tuple[Answer | None, Answer]:
        """The answers of the table, if the call needs it, and of the key."""
        return self._halves(self._caller(caller), call)

    def _halves(self, who: Caller, call: str) -> tuple[Answer | None, Answer]:
        if call in KEY_CALLS:
            return None, may_call_key(who, self._key, f"kms:{call}", self._now)
        return (
            may_call_table(who, self._table, f"dynamodb:{call}", self._now),
            may_decrypt_items(who, self._table, self._key, self._now),
        )

    def depends_on_unknown(self, caller: str, call: str) -> bool:
        """Whether the answer depends on values that only the caller or AWS knows."""
        who = self._caller(caller)
        chosen = [_as_keys(one) for one in _CHOSEN_CONTEXTS] if call == "Decrypt" else [{}]
        found = set()
        for values in product(chosen, *_UNKNOWN_VALUES):
            more = {key: value for one in values for key, value in one.items()}
            informed = _Informed(who.principal, who.identity, who.tags, who.arn, who.unique_id, more)
            found.add(together(self._halves(informed, call)))
            if len(found) > 1:
                return True
        return False

    def row(self, caller: str) -> Row:
        """The row of `who-can`; for a session, that of its role."""
        who = self._caller(caller)
        if who.principal.kind is Kind.SESSION:
            found = caller_of(self._accounts[who.principal.account], who.principal.holder)
            assert found is not None
            who = found
        return row(who, Subject(self._table, self._key), self._now)

    def _caller(self, arn: str) -> Caller:
        if arn in ROOTS:
            account = arn.split(":")[4]
            controls = self._controls(account).of_principals
            return root_caller(replace(self._accounts[account], service_control_policies=controls))
        principal = parse_principal(arn)
        assert principal is not None
        found = caller_of(self._accounts[principal.account], principal)
        assert found is not None
        if passed := self._world.session_policies.get(arn):
            policies = (read_document(self._stage.placed(passed), "the session policy"),)
            found = replace(found, identity=replace(found.identity, session_policies=policies))
        return found


def _as_keys(context: Mapping[str, str]) -> dict[str, Value]:
    names: Value = tuple(context) or ABSENT
    every = {name for one in _CHOSEN_CONTEXTS for name in one}
    keys: dict[str, Value] = {
        f"kms:encryptioncontext:{name.lower()}": context.get(name, ABSENT) for name in every
    }
    return {**keys, "kms:encryptioncontextkeys": names}


def together(halves: tuple[Answer | None, Answer]) -> Grade:
    """The combined answer: yes, no, or unknown."""
    grades = {one.grade for one in halves if one is not None}
    if Grade.NO in grades:
        return Grade.NO
    return Grade.YES if grades == {Grade.YES} else Grade.UNKNOWN
