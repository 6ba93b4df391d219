"""Answers to "may it?": more than yes and no, for a preview does not show everything."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import reduce

Alternatives = frozenset[frozenset[str]]
"""Sets of conditions; one whole set must hold."""


class Grade(IntEnum):
    """How far the answer is a yes, from none to all."""

    NO = 0
    DELEGATED = 1
    """The key policy leaves it to the account's IAM policies, and the principal's are not in this stack."""
    CONDITIONAL = 2
    """Yes where the conditions hold."""
    UNKNOWN = 3
    """It depends on a value that the preview does not know."""
    YES = 4


@dataclass(frozen=True)
class Answer:
    """A grade, with the conditions of a conditional yes or the reasons of an unknown.

    The same answer is always written the same way, whatever the order in which it was found.
    """

    grade: Grade
    alternatives: Alternatives = frozenset()

    @property
    def details(self) -> tuple[str, ...]:
        """The alternatives in words."""
        return tuple(sorted(" and ".join(sorted(conditions)) for conditions in self.alternatives))


NO = Answer(Grade.NO)
YES = Answer(Grade.YES)
DELEGATED = Answer(Grade.DELEGATED)

# Both halves are needed: a no beats all, and what cannot be told beats any sort of yes.
_WEAKEST_FIRST = (Grade.NO, Grade.UNKNOWN, Grade.DELEGATED, Grade.CONDITIONAL, Grade.YES)


def conditional(*conditions: str) -> Answer:
    """Yes where all of these hold."""
    return Answer(Grade.CONDITIONAL, frozenset({frozenset(conditions)}))


def unknown(*reasons: str) -> Answer:
    """Nobody can tell, for these reasons."""
    return Answer(Grade.UNKNOWN, frozenset(frozenset({reason}) for reason in reasons))


def any_of(answers: Iterable[Answer]) -> Answer:
    """Yes if one of them is."""
    return reduce(_either, answers, NO)


def all_of(answers: Iterable[Answer]) -> Answer:
    """Yes only if all of them are."""
    return reduce(_both, answers, YES)


def unless(allowed: Answer, denied: Answer) -> Answer:
    """What is left of a permission under a denial: an explicit deny wins."""
    if denied.grade is Grade.YES:
        return NO
    if denied.grade is Grade.CONDITIONAL:
        return all_of([allowed, conditional(*(f"not ({one})" for one in denied.details))])
    return all_of([allowed, unknown(*denied.details)]) if denied.grade is Grade.UNKNOWN else allowed


def _either(one: Answer, other: Answer) -> Answer:
    if one.grade is other.grade:
        return Answer(one.grade, _shortest(one.alternatives | other.alternatives))
    return max(one, other, key=lambda answer: answer.grade)


def _both(one: Answer, other: Answer) -> Answer:
    weaker, stronger = sorted((one, other), key=lambda answer: _WEAKEST_FIRST.index(answer.grade))
    if weaker.grade is stronger.grade is Grade.UNKNOWN:
        return Answer(Grade.UNKNOWN, weaker.alternatives | stronger.alternatives)
    if weaker.grade in {Grade.CONDITIONAL, Grade.DELEGATED}:
        return Answer(weaker.grade, _together(weaker.alternatives, stronger.alternatives))
    return weaker


def _together(one: Alternatives, other: Alternatives) -> Alternatives:
    if not one or not other:
        return one or other
    return _shortest(frozenset(first | second for first in one for second in other))


def _shortest(alternatives: Alternatives) -> Alternatives:
    """Without the alternatives that ask for more than another one does."""
    return frozenset(one for one in alternatives if not any(other < one for other in alternatives))
