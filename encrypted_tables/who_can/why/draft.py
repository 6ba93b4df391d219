"""Changes of policies to evaluate before they are advised. Pure functions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from encrypted_tables.iam.documents import Document, Policy, Statement
from encrypted_tables.who_can.evaluate import Subject
from encrypted_tables.who_can.why.case import Case, Gate, Place

NEW = -1
"""The index that stands for a new policy."""


@dataclass(frozen=True)
class Draft:
    """Statements to add, statements to replace, and whether the key is made usable."""

    added: Mapping[Place, Sequence[Statement]] = field(default_factory=dict)
    replaced: Mapping[Place, Mapping[int, Sequence[Statement]]] = field(default_factory=dict)
    """The replaced statements, by number in the policy from 1."""
    makes_key_usable: bool = False

    def adding(self, place: Place, statement: Statement) -> "Draft":
        """The draft with another statement."""
        return replace(self, added={**self.added, place: [*self.added.get(place, ()), statement]})

    def replacing(self, place: Place, shown: int, statements: Sequence[Statement]) -> "Draft":
        """The draft with a statement replaced. Its number is the one in the policy changed by this draft."""
        of_place = self.replaced.get(place, {})
        number, offset = self._origin(place, shown)
        earlier = of_place.get(number, ())
        now = [*earlier[:offset], *statements, *earlier[offset + 1 :]]
        return replace(self, replaced={**self.replaced, place: {**of_place, number: now}})

    def applied(self, case: Case) -> Case:
        """The case after the change."""
        subject = case.subject
        if self.makes_key_usable:
            subject = replace(subject, unusable="")
        case = replace(case, subject=subject)
        for place in dict.fromkeys((*self.replaced, *self.added)):
            case = _with_policies(case, place, partial(self._changed, place))
        return case

    def _changed(self, place: Place, policies: Sequence[Policy]) -> list[Policy]:
        found, added = list(policies), tuple(self.added.get(place, ()))
        if place.index == NEW:
            return [*found, Document(added, label="the new policy")]
        before = found[place.index]
        if isinstance(before, Document):
            replaced = self.replaced.get(place, {})
            kept = [
                one
                for number, statement in enumerate(before.statements, 1)
                for one in replaced.get(number, (statement,))
            ]
            found[place.index] = replace(before, statements=(*kept, *added))
        return found

    def _origin(self, place: Place, shown: int) -> tuple[int, int]:
        """The statement's number before this draft, and its position among its replacements."""
        replaced, left, number = self.replaced.get(place, {}), shown, 1
        while left > (size := len(replaced.get(number, (None,)))):
            left, number = left - size, number + 1
        return number, left - 1


def _with_policies(case: Case, place: Place, change: Callable[[Sequence[Policy]], list[Policy]]) -> Case:
    identity = case.caller.identity
    match place.gate:
        case Gate.IDENTITY_POLICY:
            identity = replace(identity, policies=change(identity.policies))
        case Gate.BOUNDARY:
            identity = replace(identity, boundary=change([identity.boundary] if identity.boundary else [])[0])
        case Gate.SESSION_POLICY:
            identity = replace(identity, session_policies=change(identity.session_policies))
        case Gate.SCP:
            levels = _at_level(identity.service_control_policies, place.level, change)
            identity = replace(identity, service_control_policies=levels)
        case _:
            return replace(case, subject=_with_resource_policies(case.subject, place, change))
    return replace(case, caller=replace(case.caller, identity=identity))


def _with_resource_policies(
    subject: Subject, place: Place, change: Callable[[Sequence[Policy]], list[Policy]]
) -> Subject:
    key = subject.key
    if place.gate is Gate.TABLE_POLICY:
        return replace(subject, table=replace(subject.table, policies=change(subject.table.policies)))
    if place.gate is Gate.KEY_POLICY and key:
        return replace(subject, key=replace(key, policies=change(key.policies)))
    levels = _at_level(subject.table.resource_control_policies, place.level, change)
    if key:
        of_key = _at_level(key.resource_control_policies, place.level, change)
        key = replace(key, resource_control_policies=of_key)
    return replace(subject, table=replace(subject.table, resource_control_policies=levels), key=key)


def _at_level(
    levels: Sequence[Sequence[Policy]], level: int, change: Callable[[Sequence[Policy]], list[Policy]]
) -> list[Sequence[Policy]]:
    return [change(one) if number == level else one for number, one in enumerate(levels)]
