"""A question: can a principal do an action on the items of a table? Pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from encrypted_tables.iam.answer import NO, Answer, all_of, unknown
from encrypted_tables.iam.documents import Policy
from encrypted_tables.iam.evaluate import Resource
from encrypted_tables.iam.policy import Request
from encrypted_tables.verify.predict.access import (
    Caller,
    decrypt_request,
    may_call_table,
    may_decrypt_items,
    table_request,
)
from encrypted_tables.who_can.evaluate import Subject


class Gate(StrEnum):
    """The kinds of policies, and the key state, that can deny a read."""

    IDENTITY_POLICY = "IAM identity policy"
    BOUNDARY = "permissions boundary"
    SESSION_POLICY = "session policy"
    SCP = "service control policy"
    RCP = "resource control policy"
    TABLE_POLICY = "table policy"
    KEY_POLICY = "key policy"
    GRANT = "grant"
    KEY_STATE = "key state"


@dataclass(frozen=True)
class Place:
    """Where a policy applies."""

    gate: Gate
    index: int = 0
    level: int = 0
    """For a control policy: the level, from the root of the organization (0) to the account."""


@dataclass(frozen=True)
class Half:
    """One of the two requests of an item call: to the table in DynamoDB, and to the table's key in KMS."""

    gate: Gate
    """The resource policy: the table policy or the key policy."""
    request: Request
    resource: Resource
    answer: Answer

    @property
    def is_own_account(self) -> bool:
        """Whether the principal is in the resource's account."""
        return self.request.principal.account == self.resource.account


@dataclass(frozen=True)
class Case:
    """A principal, a table with its key, and an action of DynamoDB."""

    caller: Caller
    subject: Subject
    action: str
    now: datetime | None = None

    @property
    def holder_arn(self) -> str:
        """The ARN of the user or role, as statements name it."""
        return self.caller.arn or self.caller.principal.holder.arn

    @property
    def halves(self) -> Sequence[Half]:
        """The request to the table and, if it has a customer managed key, the request to the key."""
        caller, table, key = self.caller, self.subject.table, self.subject.key
        request = table_request(caller, table, self.action, self.now)
        by_table = may_call_table(caller, table, self.action, self.now)
        found = [Half(Gate.TABLE_POLICY, self._bounded(request), table.resource, by_table)]
        if key:
            request = decrypt_request(caller, table, key, self.now)
            by_key = may_decrypt_items(caller, table, key, self.now)
            found.append(Half(Gate.KEY_POLICY, self._bounded(request), key.resource, by_key))
        return found

    @property
    def answer(self) -> Answer:
        """Whether the principal is allowed."""
        state = [NO.by(self.subject.unusable)] if self.subject.unusable else []
        missing = [unknown(self.subject.unknown)] if self.subject.unknown else []
        return all_of([*state, *(half.answer for half in self.halves), *missing])

    def policies(self, half: Half) -> Sequence[tuple[Place, Policy]]:
        """Each policy that applies to one of the requests, with its place."""
        identity = self.caller.identity
        is_exempt = self.caller.principal.is_service_linked
        limits = [(Place(Gate.BOUNDARY), identity.boundary)] if identity.boundary else []
        return [
            *_places(Gate.IDENTITY_POLICY, identity.policies),
            *limits,
            *_places(Gate.SESSION_POLICY, identity.session_policies),
            *(() if is_exempt else _levels(Gate.SCP, identity.service_control_policies)),
            *(() if is_exempt else _levels(Gate.RCP, half.resource.resource_control_policies)),
            *_places(half.gate, half.resource.policies),
        ]

    def _bounded(self, request: Request) -> Request:
        return replace(request, has_boundary=self.caller.identity.boundary is not None)


def _places(gate: Gate, policies: Sequence[Policy], level: int = 0) -> list[tuple[Place, Policy]]:
    return [(Place(gate, index, level), policy) for index, policy in enumerate(policies)]


def _levels(gate: Gate, levels: Sequence[Sequence[Policy]]) -> list[tuple[Place, Policy]]:
    return [found for level, policies in enumerate(levels) for found in _places(gate, policies, level)]
