"""Combines the outcomes of what a template declares over all branches of its undecided facts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from policies.declared.branches import Branch, Case, logical_id_of
from policies.declared.values import in_sentence
from policies.judging.outcome import PROVEN, Outcome, Verdict, pending


class Declared(Protocol):
    """Anything that a resource declares; `case` is the branch of its template, if any."""

    @property
    def case(self) -> Case | None:
        """The branch."""


One = TypeVar("One", bound=Declared)
WORST_FIRST = (Verdict.DISPROVED, Verdict.PENDING, Verdict.PROVEN)


def in_every_branch(declared: Iterable[One], judge: Callable[[One], Iterable[Outcome]]) -> list[Outcome]:
    """The outcomes of everything that is declared.

    For a template, an outcome is proven if all branches prove it, disproved if all branches disprove it, and
    otherwise pending on the deciding facts.
    """
    outcomes: list[Outcome] = []
    subjects: dict[str, dict[int, tuple[Branch, list[Outcome]]]] = {}
    for one in declared:
        if one.case is None:
            outcomes += judge(one)
        else:
            branches = subjects.setdefault(one.case.subject, {})
            branches.setdefault(id(one.case), (one.case.branch, []))[1].extend(judge(one))
    for subject, branches in subjects.items():
        combined = _combined([(branch, found) for branch, found in branches.values() if found])
        outcomes += [replace(outcome, logical_id=logical_id_of(subject)) for outcome in combined]
    return outcomes


def _combined(branches: Sequence[tuple[Branch, Sequence[Outcome]]]) -> Sequence[Outcome]:
    if len(branches) < 2:
        return [outcome for _, outcomes in branches for outcome in outcomes]
    worst = [_worst(outcomes) for _, outcomes in branches]
    found = list(dict.fromkeys(outcome for _, outcomes in branches for outcome in outcomes))
    if set(worst) == {Verdict.DISPROVED}:
        faults = [outcome for outcome in found if outcome.verdict is Verdict.DISPROVED]
        return [one for one in faults if all(one in outcomes for _, outcomes in branches)] or faults
    waiting = [outcome for outcome in found if outcome.verdict is Verdict.PENDING]
    faulty = [
        (branch, outcome)
        for branch, outcomes in branches
        for outcome in outcomes
        if outcome.verdict is Verdict.DISPROVED and not (waiting and branch.leaves_a_value_empty)
    ]
    if not faulty:
        return waiting or [PROVEN]
    branch, fault = faulty[0]
    decided_by_aws = _is_decided_by_aws(branches, worst)
    what_is_wrong, *_ = in_sentence(fault.message).split(". ")
    message = f"If {branch}, {what_is_wrong.removesuffix('.')}"
    return [*waiting, pending(message, fault.property, only_aws=decided_by_aws)]


def _worst(outcomes: Sequence[Outcome]) -> Verdict:
    return next(one for one in WORST_FIRST if one in {outcome.verdict for outcome in outcomes})


def _is_decided_by_aws(
    branches: Sequence[tuple[Branch, Sequence[Outcome]]], worst: Sequence[Verdict]
) -> bool:
    """Whether branches differ in their verdicts although the update gives them the same answers."""
    verdicts: dict[object, set[bool]] = {}
    for (branch, _), verdict in zip(branches, worst, strict=True):
        verdicts.setdefault(branch.known_to_the_update, set()).add(verdict is Verdict.DISPROVED)
    return any(len(found) > 1 for found in verdicts.values())
