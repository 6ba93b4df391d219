"""Finds the smallest change that gives a principal access, by evaluating changed policies. Pure functions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from encrypted_tables.iam.answer import Grade
from encrypted_tables.iam.documents import Document, Policy
from encrypted_tables.iam.principals import Kind
from encrypted_tables.who_can.why.case import Case, Gate, Half, Place
from encrypted_tables.who_can.why.draft import NEW, Draft
from encrypted_tables.who_can.why.reasons import RESOURCE_POLICIES, How, Reason, denials, refusals
from encrypted_tables.who_can.why.statements import allowing, sparing

_LIMITS = (Gate.BOUNDARY, Gate.SESSION_POLICY)
_CONTROL = (Gate.SCP, Gate.RCP)


@dataclass(frozen=True)
class Cure:
    """A change, and the answer after it."""

    draft: Draft
    grade: Grade

    @property
    def is_whole(self) -> bool:
        """Whether the principal has access after it."""
        return self.grade is Grade.YES


def cure_of(case: Case, is_shared: Callable[[Policy], bool], *, prefers_key_policy: bool) -> Cure | None:
    """The change with the fewest statements after which the principal has access.

    First, denials that apply are narrowed; then, statements are added. None if nothing helps.

    Args:
        case: a case whose answer is not "yes".
        is_shared: whether a policy applies to other principals as well.
        prefers_key_policy: whether to change the key policy rather than IAM policies if either helps.
    """
    if case.caller.principal.kind is Kind.ROOT:  # no statement can name only the root user
        return None
    base = _without_denials(case, Draft(makes_key_usable=bool(case.subject.unusable)), is_shared)
    additions = _additions(base.applied(case), is_shared, prefers_key_policy=prefers_key_policy)
    best = Cure(base, base.applied(case).answer.grade)
    for size in range(len(additions) + 1):
        for chosen in combinations(additions, size):
            draft = base
            for add in chosen:
                draft = add(draft)
            grade = draft.applied(case).answer.grade
            if grade is Grade.YES:
                return Cure(draft, grade)
            if grade > best.grade:
                best = Cure(draft, grade)
    return best if best.grade > case.answer.grade else None


def _without_denials(case: Case, draft: Draft, is_shared: Callable[[Policy], bool]) -> Draft:
    """The draft, with all denials that apply narrowed one after the other."""
    while True:
        now = draft.applied(case)
        found = next(
            ((half, one) for half in now.halves for one in denials(now, half) if one.how is How.DENIES), None
        )
        if found is None:
            return draft
        half, reason = found
        assert reason.place is not None  # noqa: S101  # an explicit denial is a statement of a policy
        assert reason.statement is not None  # noqa: S101  # as above
        policy = dict(now.policies(half))[reason.place]
        original = dict(case.policies(half)).get(reason.place, policy)
        left = sparing(
            reason.statement,
            half.request,
            case.holder_arn,
            reason.place.gate,
            is_shared=reason.place.gate in {*RESOURCE_POLICIES, *_CONTROL} or is_shared(original),
        )
        draft = draft.replacing(reason.place, reason.number, left)


def _additions(
    case: Case, is_shared: Callable[[Policy], bool], *, prefers_key_policy: bool
) -> list[Callable[[Draft], Draft]]:
    """The statements that could help, preferred ones first."""
    found: list[tuple[int, Place, Half]] = []
    for half in case.halves:
        if half.answer.grade is Grade.YES:
            continue
        reasons = [one for one in refusals(case) if one.action == half.request.action]
        for gate in dict.fromkeys(one.gate for one in reasons):
            for place in _places_to_add(case, half, gate, reasons):
                is_key = gate is Gate.KEY_POLICY
                found.append((0 if is_key and prefers_key_policy else 2 if is_key else 1, place, half))

    def adding(place: Place, half: Half) -> Callable[[Draft], Draft]:
        policy = dict(case.policies(half)).get(place)
        shared = place.gate in _CONTROL or (isinstance(policy, Document) and is_shared(policy))
        statement = allowing(case, half, place.gate, is_shared=shared)
        return lambda draft: draft.adding(place, statement)

    return [adding(place, half) for _, place, half in sorted(found, key=lambda one: one[0])]


def _places_to_add(case: Case, half: Half, gate: Gate, reasons: Sequence[Reason]) -> list[Place]:
    """Where an allowing statement can be added: once per kind of policy, but for each limit and level."""
    of_gate = [one for one in reasons if one.gate is gate]
    if gate is Gate.IDENTITY_POLICY:
        return [Place(gate, NEW)]
    if gate in RESOURCE_POLICIES:
        if gate is Gate.TABLE_POLICY and half.is_own_account:
            return []
        places = [
            place
            for place, policy in case.policies(half)
            if place.gate is gate and isinstance(policy, Document)
        ]
        unreadable = any(one.how is How.UNKNOWN for one in of_gate)
        return places[:1] or ([] if unreadable else [Place(gate, NEW)])
    allows_nothing = [
        one.place for one in of_gate if one.place and one.how in {How.ALLOWS_NOTHING, How.CONDITION}
    ]
    if gate in _CONTROL:
        return list({place.level: place for place in reversed(allows_nothing)}.values())
    return list(dict.fromkeys(allows_nothing)) if gate in _LIMITS else []
