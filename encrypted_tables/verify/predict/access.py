"""Evaluates what one principal can do with a table and its key, from policies and grants. Pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from encrypted_tables.iam.answer import Answer, Grade, unknown
from encrypted_tables.iam.arns import account_of, region_of
from encrypted_tables.iam.documents import Policy
from encrypted_tables.iam.evaluate import Identity, Resource, evaluate
from encrypted_tables.iam.grants import Grant
from encrypted_tables.iam.policy import Request
from encrypted_tables.iam.principals import Kind, Principal
from encrypted_tables.iam.request_context import (
    ABSENT,
    RequestContext,
    Value,
    caller_context,
    of_caller,
    through_dynamodb,
)


class _Located:
    """The account and Region of a resource, from its ARN."""

    arn: str

    @property
    def account(self) -> str:
        """The account that owns it."""
        return account_of(self.arn)

    @property
    def region(self) -> str:
        """Its Region."""
        return region_of(self.arn)


@dataclass(frozen=True)
class KeyFacts(_Located):
    """A customer managed key."""

    arn: str
    policies: Sequence[Policy]
    grants: Sequence[Grant]
    grants_unknown: str = ""
    """Why the grants could not be read; empty if they could."""
    resource_control_policies: Sequence[Sequence[Policy]] = ()

    @property
    def resource(self) -> Resource:
        """The key as the resource of an evaluation."""
        return Resource(self.account, self.policies, self.grants, self.resource_control_policies)


@dataclass(frozen=True)
class TableFacts(_Located):
    """A table."""

    name: str
    arn: str
    policies: Sequence[Policy]
    resource_control_policies: Sequence[Sequence[Policy]] = ()

    @property
    def resource(self) -> Resource:
        """The table as the resource of an evaluation."""
        return Resource(self.account, self.policies, (), self.resource_control_policies)


@dataclass(frozen=True)
class Caller:
    """A principal, for an evaluation."""

    principal: Principal
    identity: Identity
    tags: Mapping[str, str] | None = None
    """All its tags; None if they are not known, or if a session can have more."""
    arn: str = ""
    """The ARN of the user or role with its path, which the ARN of a session lacks; empty if not known."""
    unique_id: str = ""
    """The unique id of the user or role; empty if not known."""

    def context(self, action: str, *, region: str, owner: str, now: datetime | None) -> dict[str, Value]:
        """The condition keys that follow from the caller."""
        context = caller_context(self.principal, action, region=region, owner=owner) | self._own
        if now:
            context["aws:currenttime"] = now.isoformat()
            context["aws:epochtime"] = str(int(now.timestamp()))
        return context

    @property
    def own_context(self) -> RequestContext:
        """The condition keys that depend only on the caller, not on the request."""
        return _as_request(self, "", of_caller(self.principal) | self._own)

    @property
    def _own(self) -> dict[str, Value]:
        own: dict[str, Value] = {
            f"aws:principaltag/{key.lower()}": value for key, value in (self.tags or {}).items()
        }
        if self.arn:
            own["aws:principalarn"] = self.arn
        if self.unique_id and self.principal.kind is not Kind.ROLE:
            own["aws:userid"] = self._user_id
        return own

    @property
    def _user_id(self) -> str:
        """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable"""
        is_session = self.principal.kind is Kind.SESSION
        return f"{self.unique_id}:{self.principal.name.rpartition('/')[2]}" if is_session else self.unique_id


class _TaggedContext(RequestContext):
    """The context of a principal whose tags are all known: any other tag is absent."""

    def get(self, key: str, default: object = None) -> Value:
        """The value of a key, in lower case."""
        if key not in self and key.startswith("aws:principaltag/"):
            return ABSENT
        return super().get(key, default)


def may_call_table(caller: Caller, table: TableFacts, action: str, now: datetime | None = None) -> Answer:
    """DynamoDB's check of an item call: IAM policies and the table policy."""
    return evaluate(table_request(caller, table, action, now), table.resource, caller.identity)


def table_request(caller: Caller, table: TableFacts, action: str, now: datetime | None) -> Request:
    """The request of an item call."""
    context = caller.context(action, region=table.region, owner=table.account, now=now)
    return Request(action, caller.principal, table.arn, _as_request(caller, action, context))


def may_decrypt_items(
    caller: Caller, table: TableFacts, key: KeyFacts, now: datetime | None = None
) -> Answer:
    """The check by KMS: whether DynamoDB may decrypt the table key on behalf of the caller."""
    return _key_says(decrypt_request(caller, table, key, now), caller, key)


def decrypt_request(caller: Caller, table: TableFacts, key: KeyFacts, now: datetime | None) -> Request:
    """The request that DynamoDB sends to KMS on behalf of the caller of an item call."""
    more = through_dynamodb(table.region, table.name, table.account)
    return _key_request(caller, key, "kms:Decrypt", more, now)


def may_call_key(
    caller: Caller,
    key: KeyFacts,
    action: str,
    now: datetime | None = None,
    context: Mapping[str, Value] = MappingProxyType({}),
) -> Answer:
    """Whether the caller may use the key directly, outside DynamoDB.

    Args:
        caller: who calls.
        key: the key.
        action: the call, such as `kms:Decrypt`.
        now: the time of the call; unknown when left out.
        context: further condition keys of the request (default: none).
    """
    return _key_says(_key_request(caller, key, action, context, now), caller, key)


def _key_request(
    caller: Caller, key: KeyFacts, action: str, more: Mapping[str, Value], now: datetime | None
) -> Request:
    context = {**caller.context(action, region=key.region, owner=key.account, now=now), **more}
    return Request(action, caller.principal, key.arn, _as_request(caller, action, context))


def _key_says(request: Request, caller: Caller, key: KeyFacts) -> Answer:
    answer = evaluate(request, key.resource, caller.identity)
    if not key.grants_unknown or answer.grade is Grade.YES:
        return answer
    # Grants only add permissions: if the policies do not allow the request, the answer depends on the grants.
    with_any_grant = Grant(caller.principal, frozenset({request.action.removeprefix("kms:")}), {}, {})
    best = evaluate(request, replace(key, grants=[with_any_grant]).resource, caller.identity)
    return answer if best == answer else unknown(key.grants_unknown)


def _as_request(caller: Caller, action: str, context: dict[str, Value]) -> RequestContext:
    return (RequestContext if caller.tags is None else _TaggedContext)(action, context)
