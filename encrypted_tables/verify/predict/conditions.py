"""Evaluates the Condition block of a policy statement: true, false, or None when a value is not known.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

_SET_OPERATORS = ("ForAllValues:", "ForAnyValue:")


def wildcard_match(pattern: str, value: str, *, ignore_case: bool = False) -> bool:
    """Whether a value matches a pattern with `*` and `?`."""
    expression = "".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in pattern)
    return re.fullmatch(expression, value, re.DOTALL | (re.IGNORECASE if ignore_case else 0)) is not None


def _exact(pattern: str, value: str) -> bool:
    return pattern == value


def _ignoring_case(pattern: str, value: str) -> bool:
    return pattern.lower() == value.lower()


_POSITIVE: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": _exact,
    "StringEqualsIgnoreCase": _ignoring_case,
    "StringLike": wildcard_match,
    "ArnEquals": wildcard_match,  # AWS: ArnEquals and ArnLike behave identically
    "ArnLike": wildcard_match,
    "Bool": _ignoring_case,
}
_NEGATIVE = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}


Context = Mapping[str, str | tuple[str, ...]]

# A principal's own request either carries these with the values given, or does not have them at all.
# Any other key that is not given may be there: its value is not known.
_KNOWN_WHEN_PRESENT = (
    "kms:encryptioncontext",
    "kms:viaservice",
    "kms:grant",
    "kms:retiringprincipal",
    "kms:bypasspolicylockoutsafetycheck",
    "kms:schedulekeydeletionpendingwindowindays",
)


def conditions_hold(block: Mapping[str, Mapping[str, Any]], context: Context) -> bool | None:
    """Whether every condition holds: False as soon as one does not, else None if one is not known."""
    known = {key.lower(): value for key, value in context.items()}
    answers = {
        _holds(op, key.lower(), wanted, known) for op, keys in block.items() for key, wanted in keys.items()
    }
    if False in answers:
        return False
    return None if None in answers else True


def _holds(operator: str, key: str, wanted: Any, context: Context) -> bool | None:  # noqa: ANN401
    values = [_text(one) for one in (wanted if isinstance(wanted, list) else [wanted])]
    is_absent = key not in context and key.startswith(_KNOWN_WHEN_PRESENT)
    if (key not in context and not is_absent) or any("${" in value for value in values):
        return None
    if operator == "Null":
        return (values == ["true"]) is is_absent
    quantifier, _, name = operator.rpartition(":")
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    is_negative = name in _NEGATIVE
    test = _POSITIVE.get(_NEGATIVE.get(name, name))
    if test is None or quantifier not in {"", "ForAllValues", "ForAnyValue"}:
        return None
    if is_absent:
        return quantifier != "ForAnyValue" and (is_negative or if_exists or quantifier == "ForAllValues")
    given = context[key]
    matches = [
        any(test(value, one) for value in values) is not is_negative
        for one in ((given,) if isinstance(given, str) else given)
    ]
    return all(matches) if quantifier == "ForAllValues" else any(matches)


def _text(value: Any) -> str:  # noqa: ANN401
    return str(value).lower() if isinstance(value, bool) else str(value)
