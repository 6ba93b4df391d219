"""Answers to whether a request is allowed: yes, no, and what depends on conditions or on unknown facts."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import IntEnum

Alternatives = frozenset[frozenset[str]]
"""Alternative sets of conditions; all conditions of one set must hold."""


class Grade(IntEnum):
    """The grade of an answer, from no to yes."""

    NO = 0
    DELEGATED = 1
    """A resource policy leaves the decision to IAM policies, and those of the principal are unknown."""
    CONDITIONAL = 2
    """Yes if the conditions hold."""
    UNKNOWN = 3
    """It depends on an unknown policy or value."""
    YES = 4


@dataclass(frozen=True)
class Answer:
    """A grade, with the conditions of a conditional "yes" or the reasons of an unknown answer.

    Answers are equal whatever the order in which their parts were found.
    """

    grade: Grade
    alternatives: Alternatives = frozenset()
    because: tuple[str, ...] = field(default=(), compare=False)
    """The statements, policies or rules that decide, for people."""

    @property
    def details(self) -> tuple[str, ...]:
        """The alternatives as text."""
        return tuple(sorted(" and ".join(sorted(conditions)) for conditions in self.alternatives))

    def by(self, *reasons: str) -> "Answer":
        """The same answer, decided by these."""
        return replace(self, because=reasons)


NO = Answer(Grade.NO)
YES = Answer(Grade.YES)
DELEGATED = Answer(Grade.DELEGATED)

# Both answers are needed: "no" overrides everything, and an unknown answer overrides any kind of "yes".
_WEAKEST_FIRST = (Grade.NO, Grade.UNKNOWN, Grade.DELEGATED, Grade.CONDITIONAL, Grade.YES)
_WEAKNESS = {grade: place for place, grade in enumerate(_WEAKEST_FIRST)}


def conditional(*conditions: str) -> Answer:
    """Yes if all of these hold."""
    return Answer(Grade.CONDITIONAL, frozenset({frozenset(conditions)}))


def unknown(*reasons: str) -> Answer:
    """The answer is unknown, for these reasons."""
    return Answer(Grade.UNKNOWN, frozenset(frozenset({reason}) for reason in reasons))


def yes_if(is_yes: bool) -> Answer:  # the one argument is the question
    """Yes or no."""
    return YES if is_yes else NO


def any_of(answers: Iterable[Answer]) -> Answer:
    """Yes if one of them is. The remaining ones are then not evaluated."""
    found = NO
    for answer in answers:
        if answer.grade is Grade.YES:
            return answer
        if answer.grade is not Grade.NO:
            found = _either(found, answer)
    return found


def all_of(answers: Iterable[Answer]) -> Answer:
    """Yes only if all of them are. After a "no", the remaining ones are not evaluated."""
    found = YES
    for answer in answers:
        if answer.grade is Grade.NO:
            return answer
        found = answer if found is YES else _both(found, answer)
    return found


def unless(allowed: Answer, denied: Answer) -> Answer:
    """A permission limited by a denial: an explicit deny wins.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_AccessPolicyLanguage_Interplay.html
    """
    if denied.grade is Grade.YES:
        return NO.by(*denied.because)
    if denied.grade is Grade.NO or allowed.grade is Grade.NO:
        return allowed
    if denied.grade is Grade.CONDITIONAL:
        spared = conditional(*(f"not ({one})" for one in denied.details))
        return all_of([allowed, spared.by(*denied.because)])
    return all_of([allowed, unknown(*denied.details).by(*denied.because)])


def _either(one: Answer, other: Answer) -> Answer:
    if one.grade is other.grade:
        because = one.because if one.because == other.because else one.because + other.because
        return Answer(one.grade, _shortest(one.alternatives | other.alternatives), because)
    return max(one, other, key=lambda answer: answer.grade)


def _both(one: Answer, other: Answer) -> Answer:
    weaker, stronger = sorted((one, other), key=lambda answer: _WEAKNESS[answer.grade])
    because = one.because + other.because
    if weaker.grade is Grade.NO:
        return weaker
    if weaker.grade is stronger.grade is Grade.UNKNOWN:
        return Answer(Grade.UNKNOWN, weaker.alternatives | stronger.alternatives, because)
    if weaker.grade in {Grade.CONDITIONAL, Grade.DELEGATED}:
        return Answer(weaker.grade, _together(weaker.alternatives, stronger.alternatives), because)
    return replace(weaker, because=because)


def _together(one: Alternatives, other: Alternatives) -> Alternatives:
    if not one or not other:
        return one or other
    return _shortest(frozenset(first | second for first in one for second in other))


def _shortest(alternatives: Alternatives) -> Alternatives:
    """Without the alternatives that contain all conditions of another one."""
    if len(alternatives) < 2:
        return alternatives
    return frozenset(one for one in alternatives if not any(other < one for other in alternatives))
