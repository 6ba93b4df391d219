"""Evaluates a statement's Condition block: yes, no, or yes under conditions that cannot be checked here.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from encrypted_tables.iam.answer import YES, Answer, all_of, conditional, yes_if
from encrypted_tables.iam.documents import as_list
from encrypted_tables.iam.matching import plain
from encrypted_tables.iam.operators import NEGATIVE, POSITIVE, WILDCARDS
from encrypted_tables.iam.request_context import Context, Missing, Value, value_of
from encrypted_tables.iam.variables import NoText, if_resolved, substituted

UNTIL = "until "
"""The beginning of the text of a condition that only sets an end date."""

_ALL, _ANY = "forallvalues", "foranyvalue"
_NAMES = {name.lower(): name for name in (*POSITIVE, *NEGATIVE, "Null")}


class _Operator(NamedTuple):
    quantifier: str
    name: str
    """The positive operator; `is_negative` inverts its result."""
    is_negative: bool
    is_optional: bool


def conditions_hold(block: Any, context: Context, *, has_variables: bool = True) -> Answer:  # noqa: ANN401  # JSON
    """All conditions of the block together; a malformed block cannot be checked."""
    if block in (None, {}):
        return YES
    if not isinstance(block, Mapping) or not all(isinstance(keys, Mapping) for keys in block.values()):
        return conditional(f"Condition {block}")
    return all_of(
        _holds(str(operator), str(key), [_text(value) for value in as_list(values)], context, has_variables)
        for operator, keys in block.items()
        for key, values in keys.items()
    )


def _holds(written: str, key: str, values: list[str], context: Context, has_variables: bool) -> Answer:
    in_words = conditional(_in_words(key, written, values))
    given = value_of(key, context)
    operator = _operator(written)
    if operator is None:
        return in_words
    if operator.name == "Null":
        return in_words if given is Missing.UNKNOWN else _holds_null(given, values, in_words)
    wanted: list[str | NoText] = [substituted(one, context) if has_variables else one for one in values]
    if given in (Missing.ABSENT, ()):
        return YES if operator.is_optional else if_resolved(yes_if(_of_absent(operator)), wanted)
    if isinstance(given, Missing):
        return in_words
    holds = _of_values(operator, wanted, (given,) if isinstance(given, str) else given)
    return in_words if holds is None else if_resolved(yes_if(holds), wanted)


def _holds_null(given: Value, values: list[str], in_words: Answer) -> Answer:
    asked = {one.lower() for one in values}
    if not asked or not asked <= {"true", "false"}:
        return in_words
    return yes_if(("true" if given in (Missing.ABSENT, ()) else "false") in asked)


def _in_words(key: str, operator: str, values: list[str]) -> str:
    """A condition as text for people; an end date is shown as such."""
    if key.lower() == "aws:currenttime" and operator.lower() == "datelessthan" and len(values) == 1:
        return f"{UNTIL}{values[0]}"
    return f"{key} {operator} {', '.join(values)}"


def _operator(written: str) -> _Operator | None:
    """The operator, whose name is not case-sensitive; None if IAM does not have it."""
    quantifier, _, name = written.lower().rpartition(":")
    is_optional = name.endswith("ifexists")
    name = _NAMES.get(name.removesuffix("ifexists"), "")
    if quantifier not in {"", _ALL, _ANY} or not name or (name == "Null" and written.lower() != "null"):
        return None
    return _Operator(quantifier, NEGATIVE.get(name, name), name in NEGATIVE, is_optional)


def _of_absent(operator: _Operator) -> bool:
    """The result for a key that the request does not have.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
    """
    if operator.quantifier == _ANY:
        return operator.is_optional
    return operator.quantifier == _ALL or operator.is_negative or operator.is_optional


def _of_values(operator: _Operator, wanted: list[str | NoText], given: tuple[str, ...]) -> bool | None:
    """Whether the condition holds for the values of the request; None if AWS does not document it."""
    found = [_matches_any(operator, wanted, one) for one in given]
    holds = [None if one is None else one is not operator.is_negative for one in found]
    if operator.quantifier == _ALL:
        return _every(holds)
    if operator.quantifier == _ANY:
        return _some(holds)
    return holds[0] if len(set(holds)) == 1 else None


def _matches_any(operator: _Operator, wanted: list[str | NoText], given: str) -> bool | None:
    """Whether one of the policy's values passes the positive test. An unknown variable may be the one."""
    test = POSITIVE[operator.name]
    patterns = [one for one in wanted if isinstance(one, str)]
    if operator.name not in WILDCARDS:
        patterns = [plain(one) for one in patterns]
    unknown = [None] if NoText.UNKNOWN in wanted else []
    return _some([*(test(one, given) for one in patterns), *unknown])


def _every(answers: list[bool | None]) -> bool | None:
    return False if False in answers else None if None in answers else True


def _some(answers: list[bool | None]) -> bool | None:
    return True if True in answers else None if None in answers else False


def _text(value: Any) -> str:  # noqa: ANN401  # JSON: a condition's value may be a boolean or a number
    return str(value).lower() if isinstance(value, bool) else str(value)
