"""Finds the statements that allow a read, and the policies that deny it. Pure functions.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from encrypted_tables.iam.answer import Answer, Grade, any_of
from encrypted_tables.iam.documents import Document, Policy, Statement, Unreadable
from encrypted_tables.iam.grants import grant_allows
from encrypted_tables.iam.policy import (
    Request,
    identity_policy_allows,
    identity_policy_denies,
    resource_policy_allows_others,
    resource_policy_allows_role_by_arn,
    resource_policy_delegates,
    resource_policy_denies,
)
from encrypted_tables.iam.principals import Kind
from encrypted_tables.who_can.why.case import Case, Gate, Half, Place
from encrypted_tables.who_can.why.conditions import unmet

_Ask = Callable[[Document, Request], Answer]
RESOURCE_POLICIES = (Gate.TABLE_POLICY, Gate.KEY_POLICY)
_CONTROL_POLICIES = (Gate.SCP, Gate.RCP)


class How(StrEnum):
    """The effect of a kind of policy or of the key state."""

    ALLOWS = "allows"
    DENIES = "explicit deny"
    MAY_DENY = "explicit deny under a condition"
    ALLOWS_NOTHING = "no statement allows it"
    CONDITION = "a condition is not met"
    LEAVES_TO_IAM = "leaves the decision to IAM policies"
    NAMES_OTHERS = "does not name the principal, and leaves the decision to IAM policies"
    STATE = "the key cannot be used"
    UNKNOWN = "cannot be read"


@dataclass(frozen=True)
class Reason:
    """The effect of one gate on an answer, with the statement that decides."""

    gate: Gate
    how: How
    action: str
    place: Place | None = None
    policy: str = ""
    """The policy with the statement, such as `policy readers`; for a grant, the grant."""
    number: int = 0
    """The number of the statement in its policy, from 1; 0 if no statement decides."""
    statement: Statement | None = None
    detail: str = ""
    """The condition that is not met, the key's state, or the missing fact."""


def refusals(case: Case) -> list[Reason]:
    """Each gate that denies, or may deny; empty if the principal has access."""
    found = []
    if case.subject.unusable:
        found.append(Reason(Gate.KEY_STATE, How.STATE, "kms:Decrypt", detail=case.subject.unusable))
    if case.subject.unknown:
        found.append(Reason(Gate.KEY_STATE, How.UNKNOWN, "kms:Decrypt", detail=case.subject.unknown))
    for half in case.halves:
        if half.answer.grade is not Grade.YES:
            reasons = [*denials(case, half), *_missing(case, half), *_control(case, half)]
            found += [one for number, one in enumerate(reasons) if one not in reasons[:number]]
    return found


def denials(case: Case, half: Half) -> list[Reason]:
    """Statements that deny one of the requests, or would under a condition whose value is unknown."""
    found = []
    for place, policy in case.policies(half):
        ask = resource_policy_denies if place.gate in RESOURCE_POLICIES else identity_policy_denies
        if isinstance(policy, Unreadable):
            found.append(Reason(place.gate, How.UNKNOWN, half.request.action, place, detail=policy.reason))
        for reason, answer in _answers_of(place, policy, ask, half.request, How.DENIES):
            if answer.grade is Grade.YES:
                found.append(reason)
            elif answer.grade is not Grade.NO:
                found.append(replace(reason, how=How.MAY_DENY, detail=" or ".join(answer.details)))
    return found


def permissions(case: Case) -> list[Reason]:
    """The statements and grants that give access to a principal that has it."""
    return [reason for half in case.halves for reason in _allowing(case, half)]


def _allowing(case: Case, half: Half) -> list[Reason]:
    others = _allows(case, half, half.gate, resource_policy_allows_others)
    by_role = _allows(case, half, half.gate, resource_policy_allows_role_by_arn)
    delegates = _allows(case, half, half.gate, resource_policy_delegates, How.LEAVES_TO_IAM)
    own = _allows(case, half, Gate.IDENTITY_POLICY)
    limits = [one for gate in (Gate.BOUNDARY, Gate.SESSION_POLICY) for one in _allows(case, half, gate)]
    if half.is_own_account and others:
        return others
    if half.is_own_account and by_role and not _limits_refuse(case, half):
        return [*by_role, *limits]
    if granted := _granting(half):
        return granted
    if not half.is_own_account:
        return [*(others or by_role or delegates), *own, *limits]
    return [*(delegates if half.gate is Gate.KEY_POLICY else ()), *own, *limits]


def _granting(half: Half) -> list[Reason]:
    return [
        Reason(Gate.GRANT, How.ALLOWS, half.request.action, policy=grant.label)
        for grant in half.resource.grants
        if grant_allows(grant, half.request).grade is Grade.YES
    ]


def _missing(case: Case, half: Half) -> list[Reason]:
    """Gates that would have to allow the request but do not, apart from explicit denials."""
    others = _allows(case, half, half.gate, resource_policy_allows_others)
    by_role = _allows(case, half, half.gate, resource_policy_allows_role_by_arn)
    delegates = _allows(case, half, half.gate, resource_policy_delegates, How.LEAVES_TO_IAM)
    granted = _granting(half)
    limited = _limits_refuse(case, half)
    is_role = case.caller.principal.holder.kind is Kind.ROLE
    if (half.is_own_account and others) or (granted and not (is_role and limited)):
        return []
    if granted:
        undocumented = "AWS does not document whether the boundary of a role limits a grant to it"
        granted = [replace(one, how=How.UNKNOWN, detail=undocumented) for one in granted]
    if half.is_own_account and by_role:
        return [*limited, *granted]
    by_identity: list[Reason] = []
    is_single = case.caller.principal.is_single
    if is_single and (half.gate is Gate.TABLE_POLICY or delegates or not half.is_own_account):
        by_identity = [*_identity_refuses(case, half), *limited]
    elif is_role:  # limited even if a key policy names it
        by_identity = limited
    grants = [*granted, *_grants_that_do_not_fit(half)]
    if not half.is_own_account:
        by_resource = [] if others or by_role or delegates else _refusing(case, half, half.gate)
    elif half.gate is Gate.TABLE_POLICY:
        by_resource = _near(case, half, half.gate)
    elif not delegates:
        by_resource = _refusing(case, half, half.gate)
    elif any(one.gate is Gate.IDENTITY_POLICY for one in by_identity):
        near = _near(case, half, half.gate)
        by_resource = [*near, *(replace(one, how=How.NAMES_OTHERS) for one in delegates)]
    else:
        by_resource = []
    return [*by_identity, *by_resource, *grants]


def _identity_refuses(case: Case, half: Half) -> list[Reason]:
    identity, gate = case.caller.identity, Gate.IDENTITY_POLICY
    if _allows(case, half, gate):
        return []
    found = [one for one in _refusing(case, half, gate) if identity.is_whole or one.how is How.CONDITION]
    if not identity.is_whole:
        account = case.caller.principal.account
        detail = f"the IAM policies of account {account}"
        found.append(Reason(gate, How.UNKNOWN, half.request.action, detail=detail))
    return found


def _limits_refuse(case: Case, half: Half) -> list[Reason]:
    return [
        reason
        for place, policy in case.policies(half)
        if place.gate in {Gate.BOUNDARY, Gate.SESSION_POLICY}
        for reason in _unless_allowed([(place, policy)], half)
    ]


def _control(case: Case, half: Half) -> list[Reason]:
    """Levels of the organization that do not allow the request."""
    levels: dict[tuple[Gate, int], list[tuple[Place, Policy]]] = {}
    for place, policy in case.policies(half):
        if place.gate in _CONTROL_POLICIES:
            levels.setdefault((place.gate, place.level), []).append((place, policy))
    return [reason for level in levels.values() for reason in _unless_allowed(level, half)]


def _unless_allowed(policies: Sequence[tuple[Place, Policy]], half: Half) -> list[Reason]:
    """Why none of these policies allows the request; empty if one does."""
    found = []
    for place, policy in policies:
        if isinstance(policy, Unreadable):
            found.append(Reason(place.gate, How.UNKNOWN, half.request.action, place, detail=policy.reason))
        elif identity_policy_allows(policy, half.request).grade is Grade.YES:
            return []
        else:
            found += [*_near_in(place, policy, half.request, identity_policy_allows)] or [
                Reason(place.gate, How.ALLOWS_NOTHING, half.request.action, place, policy.label)
            ]
    return found


def _refusing(case: Case, half: Half, gate: Gate) -> list[Reason]:
    """Why no policy of a gate allows the request: a condition, a policy that cannot be read, or no
    statement.
    """
    places = [(place, policy) for place, policy in case.policies(half) if place.gate is gate]
    unreadable = [
        Reason(gate, How.UNKNOWN, half.request.action, place, detail=policy.reason)
        for place, policy in places
        if isinstance(policy, Unreadable)
    ]
    return [*unreadable, *_near(case, half, gate)] or [
        Reason(gate, How.ALLOWS_NOTHING, half.request.action, places[0][0] if places else None)
    ]


def _near(case: Case, half: Half, gate: Gate) -> list[Reason]:
    """Statements of a gate that would allow the request if a condition were met."""
    found: list[Reason] = []
    for place, policy in case.policies(half):
        if place.gate is gate and isinstance(policy, Document):
            ask = _any_resource_allow if gate in RESOURCE_POLICIES else identity_policy_allows
            found += _near_in(place, policy, half.request, ask)
    return found


def _near_in(place: Place, policy: Document, request: Request, ask: _Ask) -> Iterator[Reason]:
    for number, statement in enumerate(policy.statements, 1):
        bare = {name: value for name, value in statement.items() if name != "Condition"}
        with_condition, without = (
            ask(Document((one,), policy.version, policy.label), request) for one in (statement, bare)
        )
        if with_condition.grade is not Grade.YES and without.grade is Grade.YES:
            detail = unmet(statement.get("Condition"), request.context, has_variables=policy.has_variables)
            yield Reason(
                place.gate, How.CONDITION, request.action, place, policy.label, number, statement, detail
            )


def _any_resource_allow(policy: Document, request: Request) -> Answer:
    asks = (resource_policy_allows_others, resource_policy_allows_role_by_arn, resource_policy_delegates)
    return any_of(ask(policy, request) for ask in asks)


def _allows(
    case: Case, half: Half, gate: Gate, ask: _Ask = identity_policy_allows, how: How = How.ALLOWS
) -> list[Reason]:
    return [
        reason
        for place, policy in case.policies(half)
        if place.gate is gate
        for reason, answer in _answers_of(place, policy, ask, half.request, how)
        if answer.grade is Grade.YES
    ]


def _answers_of(
    place: Place, policy: Policy, ask: _Ask, request: Request, how: How
) -> Iterator[tuple[Reason, Answer]]:
    """The answer of each statement."""
    if isinstance(policy, Document):
        for number, statement in enumerate(policy.statements, 1):
            answer = ask(Document((statement,), policy.version, policy.label), request)
            yield Reason(place.gate, how, request.action, place, policy.label, number, statement), answer


def _grants_that_do_not_fit(half: Half) -> list[Reason]:
    """Grants to the principal that are for other operations or another encryption context."""
    principal = half.request.principal
    return [
        Reason(
            Gate.GRANT,
            How.CONDITION,
            half.request.action,
            policy=grant.label,
            detail=(
                "it is for another encryption context"
                if grant.operations is None or "Decrypt" in grant.operations
                else f"it is for {', '.join(sorted(grant.operations))}"
            ),
        )
        for grant in half.resource.grants
        if grant.grantee in (principal, principal.holder)
        and grant_allows(grant, half.request).grade is not Grade.YES
    ]
