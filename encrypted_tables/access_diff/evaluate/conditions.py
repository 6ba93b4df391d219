"""Whether a statement's Condition block holds: yes, no, or yes under conditions that a preview cannot check.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from encrypted_tables.access_diff.evaluate.answer import NO, YES, Answer, all_of, conditional
from encrypted_tables.access_diff.evaluate.principals import as_list

Context = Mapping[str, str | tuple[str, ...] | None]
"""Condition keys in lower case; None for a key that the request certainly does not have. Any other key
may be there or not: a condition on it is a condition of the answer."""


def matches(pattern: str, value: str, *, ignore_case: bool = False) -> bool:
    """Whether a value matches a pattern with `*` and `?`."""
    expression = "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)
    return re.fullmatch(expression, value, re.DOTALL | (re.IGNORECASE if ignore_case else 0)) is not None


def _same(pattern: str, value: str) -> bool:
    return pattern == value


def _same_ignoring_case(pattern: str, value: str) -> bool:
    return pattern.lower() == value.lower()


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": _same,
    "StringEqualsIgnoreCase": _same_ignoring_case,
    "StringLike": matches,
    "ArnEquals": matches,  # AWS: ArnEquals and ArnLike behave the same
    "ArnLike": matches,
    "Bool": _same_ignoring_case,
}
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}


def conditions_hold(block: Any, context: Context) -> Answer:  # noqa: ANN401  # whatever JSON a policy holds
    """All conditions of the block together; what is no condition block is a condition nobody understands."""
    if block is None:
        return YES
    if not isinstance(block, Mapping) or not all(isinstance(keys, Mapping) for keys in block.values()):
        return conditional(f"Condition {block}")
    return all_of(
        _holds(str(operator), str(key), [_text(value) for value in as_list(values)], context)
        for operator, keys in block.items()
        for key, values in keys.items()
    )


def _holds(operator: str, key: str, wanted: list[str], context: Context) -> Answer:
    quantifier, _, name = operator.rpartition(":")
    is_optional = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    positive = _NEGATED.get(name, name)
    is_decidable = (
        key.lower() in context
        and quantifier in {"", "ForAllValues", "ForAnyValue"}
        and (positive in _OPERATORS or name == "Null")
        and not any("${" in value for value in wanted)
    )
    if not is_decidable:
        return conditional(f"{key} {operator} {', '.join(wanted)}")
    given = context[key.lower()]
    if name == "Null":
        return _answer(is_yes=(wanted == ["true"]) is (given is None))
    is_negated = name in _NEGATED
    if given is None:
        absent_holds = quantifier == "ForAllValues" or (
            quantifier != "ForAnyValue" and (is_negated or is_optional)
        )
        return _answer(is_yes=absent_holds)
    test = _OPERATORS[positive]
    found = [
        any(test(value, one) for value in wanted) is not is_negated
        for one in ((given,) if isinstance(given, str) else given)
    ]
    return _answer(is_yes=all(found) if quantifier == "ForAllValues" else any(found))


def _answer(*, is_yes: bool) -> Answer:
    return YES if is_yes else NO


def _text(value: Any) -> str:  # noqa: ANN401  # JSON: a condition's value may be a boolean or a number
    return str(value).lower() if isinstance(value, bool) else str(value)
