"""Evaluates the Condition of a policy statement for a request: yes, no, or unknown.

If AWS does not document the outcome, or the emulator lacks the value, the answer is None. The evaluation then
denies: an Allow with it does not apply, and a Deny with it applies.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..iam.operators import NEGATED, OPERATORS, TAKES_VARIABLES, Answer
from ..iam.variables import matches_any

SINGLE, FOR_ALL, FOR_ANY = "", "forallvalues:", "foranyvalue:"


class Unknown(Enum):
    """A condition key whose value the emulator does not have, though AWS would."""

    VALUE = "unknown"


@dataclass(frozen=True)
class Either:
    """A condition key that AWS may send with any of these values; None is an absent key."""

    values: tuple[Any, ...]


ValueOf = Callable[[str], Any]


def every(answers: Iterable[Answer]) -> Answer:
    """True if all are true, False if one is false, otherwise None."""
    found = list(answers)
    return False if False in found else None if None in found else True


def some(answers: Iterable[Answer]) -> Answer:
    """True if one is true, False if none can be, otherwise None."""
    found = list(answers)
    return True if True in found else None if None in found else False


def negated(answer: Answer) -> Answer:
    """The opposite; None stays None."""
    return None if answer is None else not answer


def conditions_met(conditions: Any, value_of: ValueOf, *, variables: bool) -> Answer:  # noqa: ANN401  # of any policy
    """Whether all conditions hold.

    Args:
        conditions: a statement's Condition element.
        value_of: the value of a condition key: None if the request has no such key, a list if it is
            multivalued, `Unknown.VALUE` or an `Either`.
        variables: whether the policy's Version has policy variables (2012-10-17).
    """
    if conditions is None or conditions == {}:
        return True
    if not isinstance(conditions, Mapping):
        return None
    return every(
        _met(operator, value_of(key), _texts(wanted), value_of if variables else None)
        if isinstance(keys, Mapping)
        else None
        for operator, keys in conditions.items()
        for key, wanted in (keys.items() if isinstance(keys, Mapping) else [("", [])])
    )


def _texts(wanted: Any) -> list[str]:  # noqa: ANN401  # a policy element is one value or several
    return [text(one) for one in (wanted if isinstance(wanted, list) else [wanted])]


def text(value: object) -> str:
    """A value of a policy or a request as text: booleans in lower case."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _met(operator: str, actual: Any, wanted: list[str], value_of: ValueOf | None) -> Answer:  # noqa: ANN401
    if isinstance(actual, Either):
        outcomes = {_met(operator, one, wanted, value_of) for one in actual.values}
        return outcomes.pop() if len(outcomes) == 1 else None
    if actual is Unknown.VALUE:
        return None
    name = operator.lower()
    if name == "null":
        asked = {one.lower() for one in wanted}
        return str(actual in (None, [])).lower() in asked if asked and asked <= {"true", "false"} else None
    return _quantified(name, actual, wanted, value_of)


def _quantified(name: str, actual: Any, wanted: list[str], value_of: ValueOf | None) -> Answer:  # noqa: ANN401
    """An operator other than Null, in lower case, on a value that is known."""
    quantifier = next((one for one in (FOR_ALL, FOR_ANY) if name.startswith(one)), SINGLE)
    bare = name.removeprefix(quantifier).removesuffix("ifexists")
    if NEGATED.get(bare, bare) not in OPERATORS:
        return None
    values = actual if isinstance(actual, list) else [] if actual is None else [actual]
    if not values:
        if name.endswith("ifexists"):
            return True
        found = quantifier == FOR_ALL or (quantifier == SINGLE and bare in NEGATED)
        return None if found and not _are_resolved(bare, wanted, value_of) else found
    answers = [_compare(bare, text(one), wanted, value_of) for one in values]
    if quantifier == FOR_ALL:
        return every(answers)
    if quantifier == FOR_ANY:
        return some(answers)
    # AWS does not document how a single-valued operator treats several values.
    return answers[0] if len(set(answers)) == 1 else None


def _are_resolved(operator: str, wanted: list[str], value_of: ValueOf | None) -> bool:
    """Whether all policy variables have a value; AWS may ignore a statement with one that has none."""
    return (
        value_of is None
        or not NEGATED.get(operator, operator).startswith(TAKES_VARIABLES)
        or matches_any(wanted, lambda _: False, value_of, negative=True) is True
    )


def _compare(operator: str, value: str, wanted: list[str], value_of: ValueOf | None) -> Answer:
    """Compare one value with those of the policy: any must match; for a negated operator, none."""
    base, is_negative = NEGATED.get(operator, operator), operator in NEGATED

    def test(one: str) -> Answer:
        return OPERATORS[base](value, one)

    if value_of is not None and base.startswith(TAKES_VARIABLES):
        return matches_any(wanted, test, value_of, negative=is_negative)
    found = some(map(test, wanted))
    return negated(found) if is_negative else found
