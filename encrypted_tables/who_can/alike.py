"""Groups users and roles that all policies treat alike, so that each group is evaluated once. Pure functions.

Large accounts have many principals but few kinds of them. Two principals are alike if the same statements can
decide, no resource policy or grant names either of them, and the conditions that depend on the caller have
the same result.
"""

import json
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from encrypted_tables.iam.conditions import conditions_hold
from encrypted_tables.iam.documents import Document, Policy, Statement, Unreadable, as_list
from encrypted_tables.iam.evaluate import Resource
from encrypted_tables.iam.policy import coverage, principals_of
from encrypted_tables.iam.request_context import Context, value_of
from encrypted_tables.iam.variables import names_in
from encrypted_tables.verify.predict.access import Caller

ITSELF = ("the caller itself",)


@dataclass(frozen=True)
class Asked:
    """The requests to evaluate: each of the actions on each of the resources."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    """ARNs; or `ITSELF`."""


@dataclass(frozen=True)
class _Part:
    """The part of a policy that can decide."""

    number: int
    """Equal for policies with the same effect; 0 for a policy without effect."""
    places: tuple[str, ...] = ()
    """Descriptions of the statements that can decide."""
    keys: tuple[str, ...] = ()
    """The condition keys that they read."""


_NOTHING = _Part(0)


@dataclass(frozen=True)
class _Condition:
    block: Mapping[str, Mapping[str, Any]] | None
    """One operator with one key; None for variables outside conditions, which are compared by value."""
    keys: tuple[str, ...]


class Alike:
    """Compares callers of one account with respect to some requests."""

    def __init__(self, resources: Iterable[Resource], asked: Iterable[Asked]) -> None:
        """Prepare for many callers.

        Args:
            resources: the resources of the requests, with their policies and grants.
            asked: every request that will be evaluated.
        """
        sides = list(resources)
        grantees = [grant.grantee for side in sides for grant in side.grants if grant.grantee]
        documents = [one for side in sides for one in _policies_of(side) if isinstance(one, Document)]
        named = {principal for document in documents for principal in principals_of(document)}
        self._named = {one.holder for one in (*named, *grantees)}
        statements = (statement for document in documents for statement in document.statements)
        self._conditions = [one for statement in statements for one in _conditions_of(statement)]
        self._asked = tuple(asked)
        self._parts: dict[int, tuple[Policy, _Part]] = {}
        self._numbers: dict[Hashable, int] = {}

    def kind_of(self, caller: Caller) -> tuple[Hashable, tuple[str, ...]]:
        """A value that is equal for callers with equal answers, and descriptions of the statements that can
        decide.

        The statements of such callers correspond by position: if the third one of one caller decides, so does
        the third one of the other.
        """
        identity, principal = caller.identity, caller.principal
        boundary = self._part(identity.boundary) if identity.boundary else _NOTHING
        parts = [part for one in identity.policies if (part := self._part(one)).number]
        controls = [[self._part(one) for one in level] for level in identity.service_control_policies]
        all_parts = (*parts, boundary, *(part for level in controls for part in level))
        places = tuple(place for part in all_parts for place in part.places)
        keys = [key for part in all_parts for key in part.keys]
        context = caller.own_context if keys or self._conditions else {}
        kind = (
            (principal.kind, principal.is_service_linked),
            principal if principal in self._named else None,
            tuple(part.number for part in parts),
            boundary.number if identity.boundary else None,
            tuple(tuple(part.number for part in level) for level in controls),
            tuple(places.index(one) for one in places),
            tuple(value_of(key, context) for key in keys),
            tuple(_result(one, context) for one in self._conditions),
        )
        return kind, places

    def _part(self, policy: Policy) -> _Part:
        # Keep a reference to the policy, so that Python does not reuse its id.
        known = self._parts.get(id(policy))
        if known is None:
            known = self._parts[id(policy)] = policy, self._new_part(policy)
        return known[1]

    def _new_part(self, policy: Policy) -> _Part:
        if isinstance(policy, Unreadable):
            return _Part(self._number(policy.reason))
        deciding = [
            (place, effect, _keys_of(statement, asked))
            for asked in self._asked
            for statement, place, actions in policy.included(asked.actions)
            if (effect := _effect(statement, actions, asked, has_variables=policy.has_variables))
        ]
        if not deciding:
            return _NOTHING
        places = tuple(dict.fromkeys(place for place, _, _ in deciding))
        number = self._number(tuple((places.index(place), effect) for place, effect, _ in deciding))
        return _Part(number, places, tuple(sorted({key for _, _, keys in deciding for key in keys})))

    def _number(self, effect: Hashable) -> int:
        return self._numbers.setdefault(effect, len(self._numbers) + 1)


def _policies_of(resource: Resource) -> Iterator[Policy]:
    yield from resource.policies
    for level in resource.resource_control_policies:
        yield from level


def _effect(
    statement: Statement, actions: tuple[bool, ...], asked: Asked, *, has_variables: bool
) -> Hashable | None:
    """The parts of a statement that can decide on the requests; None if it cannot."""
    if asked.resources == ITSELF:
        covered: Hashable = json.dumps([statement.get("Resource"), statement.get("NotResource")])
    else:
        each = [coverage(statement, one, has_variables=has_variables) for one in asked.resources]
        covered = tuple(each) if any(each) else None
    condition = json.dumps(statement.get("Condition"), sort_keys=True, default=str)
    return covered and (
        asked.resources,
        str(statement.get("Effect")),
        actions,
        covered,
        condition,
        has_variables,
    )


def _keys_of(statement: Statement, asked: Asked) -> set[str]:
    """The condition keys that a statement reads. Its resource may be the caller's ARN."""
    keys = {key for one in _conditions_of(statement) for key in one.keys}
    is_of_all = "NotResource" not in statement and "*" in as_list(statement.get("Resource"))
    return keys if asked.resources != ITSELF or is_of_all else {*keys, "aws:principalarn"}


def _result(condition: _Condition, context: Context) -> Hashable:
    """Whether the condition holds, if it depends only on the caller; otherwise the caller's values in it."""
    if condition.block and all(
        key in context or key.startswith("aws:principaltag/") for key in condition.keys
    ):
        return conditions_hold(condition.block, context)
    return tuple(value_of(key, context) for key in condition.keys)


def _conditions_of(statement: Statement) -> Iterator[_Condition]:
    """Each condition, and the variables in the rest of the statement."""
    block = statement.get("Condition")
    if isinstance(block, Mapping):
        for operator, keys in block.items():
            for key, values in keys.items() if isinstance(keys, Mapping) else ():
                read = {str(key).lower()}.union(*map(names_in, _strings(values)))
                yield _Condition({operator: {key: values}}, tuple(sorted(read)))
    rest = [value for name, value in statement.items() if name != "Condition"]
    if names := set[str]().union(*map(names_in, _strings(rest))):
        yield _Condition(None, tuple(sorted(names)))


def _strings(value: Any) -> Iterator[str]:  # noqa: ANN401  # JSON
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _strings([*value, *value.values()])
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
