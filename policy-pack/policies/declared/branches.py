"""Evaluates a template for each possible value of its undecided facts.

`branches_of` calls a function. If the function needs a fact that its branch does not decide, `Fork` is
raised, and the function is called again once for each possible value.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from policies.declared.facts import Fact, Kind, Text, facts_in
from policies.declared.values import Value, shown

MOST_BRANCHES = 64

Result = TypeVar("Result")
Question = Hashable
"""A fact, a text with facts, or any other question with the answer true or false."""


@dataclass(frozen=True)
class Branch:
    """A branch: answers to questions, and answers that are excluded.

    If `decides` is false, open questions stay undecided and do not fork.
    """

    answers: Mapping[Question, Value] = field(default_factory=dict)
    excluded: tuple[tuple[Question, str], ...] = ()
    decides: bool = True

    def equal(self, one: Fact | Text, text: str) -> bool | None:
        """Whether a fact equals a text; None if undecided."""
        if one in self.answers:
            return bool(self.answers[one] == text)
        if (one, text) in self.excluded or not one.can_be(text):
            return False
        if not self.decides:
            return None
        raise Fork(self._with(one, text), self._without(one, (text,)))

    def choose(self, one: Fact | Text, texts: Sequence[str], *, only: bool) -> str | None:
        """Which of the texts a fact equals; None if none of them, or if undecided."""
        if one in self.answers:
            return str(self.answers[one])
        left = [text for text in texts if (one, text) not in self.excluded and one.can_be(text)]
        if not left or not self.decides:
            return None
        others = [] if only else [self._without(one, left)]
        raise Fork(*(self._with(one, text) for text in left), *others)

    def holds(self, question: Question) -> bool | None:
        """The answer to any other question; None if undecided."""
        if question in self.answers or not self.decides:
            return self.answers.get(question)
        raise Fork(self._with(question, True), self._with(question, False))

    @property
    def known_to_the_update(self) -> frozenset[object]:
        """The answers to the questions that the update decides."""
        known = {
            question: answer
            for question, answer in [*self.answers.items(), *((question, None) for question in self.excluded)]
            if (facts := facts_in(question[0] if isinstance(question, tuple) else question))
            and all(fact.kind is Kind.UPDATE for fact in facts)
        }
        return frozenset(known.items())

    @property
    def leaves_a_value_empty(self) -> bool:
        """Whether the branch assumes that a value known to the update is empty."""
        return any(
            answer == "" and isinstance(one, Fact) and one.kind is Kind.UPDATE
            for one, answer in self.answers.items()
        )

    def __str__(self) -> str:
        answered = [f"{question} is {shown(answer)}" for question, answer in self.answers.items()]
        return " and ".join([*answered, *(f"{question} is not {text!r}" for question, text in self.excluded)])

    def _with(self, question: Question, answer: Value) -> "Branch":
        return Branch({**self.answers, question: answer}, self.excluded)

    def _without(self, question: Question, texts: Sequence[str]) -> "Branch":
        return Branch(self.answers, (*self.excluded, *((question, text) for text in texts)))


@dataclass(frozen=True)
class Case:
    """A branch of something that a template declares; `subject` is the same in all branches."""

    subject: str
    branch: Branch


def logical_id_of(subject: str) -> str:
    """The logical id in the subject of a case, such as `Orders in the template 0`."""
    return subject.partition(" in ")[0]


class Fork(Exception):  # noqa: N818  # no error: it is how a computation asks for its branches
    """A fact is undecided; the computation continues in each of these branches."""

    def __init__(self, *ways: Branch) -> None:
        super().__init__("the fact is undecided")
        self.ways = ways


def branches_of(compute: Callable[[Branch], Result]) -> list[tuple[Branch, Result]]:
    """The results of a function in each branch. If there are too many branches, facts stay undecided."""
    found: list[tuple[Branch, Result]] = []
    waiting = [Branch()]
    while waiting:
        if len(found) + len(waiting) > MOST_BRANCHES:
            undecided = Branch(decides=False)
            return [(undecided, compute(undecided))]
        branch = waiting.pop()
        try:
            found.append((branch, compute(branch)))
        except Fork as fork:
            waiting += reversed(fork.ways)
    return found
