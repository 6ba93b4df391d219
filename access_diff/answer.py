"""Answers to "may it?": more than yes and no, for a preview does not show everything."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import reduce


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
    """A grade, with the conditions of a conditional yes or the reasons of an unknown."""

    grade: Grade
    details: tuple[str, ...] = ()


NO = Answer(Grade.NO)
YES = Answer(Grade.YES)
DELEGATED = Answer(Grade.DELEGATED)

# Both halves are needed: a no beats all, and what cannot be told beats any sort of yes.
_WEAKEST_FIRST = (Grade.NO, Grade.UNKNOWN, Grade.DELEGATED, Grade.CONDITIONAL, Grade.YES)


def conditional(*conditions: str) -> Answer:
    """Yes where these hold."""
    return Answer(Grade.CONDITIONAL, tuple(sorted(set(conditions))))


def unknown(*reasons: str) -> Answer:
    """Nobody can tell, for these reasons."""
    return Answer(Grade.UNKNOWN, tuple(sorted(set(reasons))))


def any_of(answers: Iterable[Answer]) -> Answer:
    """Yes if one of them is; several conditions are alternatives."""
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
    if one.grade is other.grade is Grade.CONDITIONAL:
        return one if one == other else conditional(" or ".join(sorted({_text(one), _text(other)})))
    if one.grade is other.grade is Grade.UNKNOWN:
        return unknown(*one.details, *other.details)
    return max(one, other, key=lambda answer: answer.grade)


def _both(one: Answer, other: Answer) -> Answer:
    weaker, stronger = sorted((one, other), key=lambda answer: _WEAKEST_FIRST.index(answer.grade))
    if weaker.grade in {Grade.CONDITIONAL, Grade.DELEGATED} and stronger.details:
        return Answer(weaker.grade, tuple(sorted({*weaker.details, *stronger.details})))
    if weaker.grade is stronger.grade is Grade.UNKNOWN:
        return unknown(*weaker.details, *stronger.details)
    return weaker


def _text(answer: Answer) -> str:
    return " and ".join(answer.details)
