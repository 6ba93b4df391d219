"""How IAM compares a pattern with a value."""

import re
from functools import lru_cache

_LITERAL_STAR, _LITERAL_MARK = "\ue000", "\ue001"
_SPECIAL = {"*": ".*", "?": ".", _LITERAL_STAR: r"\*", _LITERAL_MARK: r"\?"}
_LITERALS = str.maketrans({"*": _LITERAL_STAR, "?": _LITERAL_MARK})
_PLAIN = str.maketrans({_LITERAL_STAR: "*", _LITERAL_MARK: "?"})
_ARN_PARTS = 6


@lru_cache(maxsize=65_536)
def _compiled(pattern: str, flags: int) -> re.Pattern[str]:
    return re.compile("".join(_SPECIAL.get(one, re.escape(one)) for one in pattern), re.DOTALL | flags)


def literal(text: str) -> str:
    """A pattern that matches this text alone, whatever it holds."""
    return text.translate(_LITERALS)


def plain(pattern: str) -> str:
    """A pattern as text, for operators without wildcards."""
    return pattern.translate(_PLAIN)


def matches(pattern: str, value: str, *, ignore_case: bool = False) -> bool:
    """Whether a value matches a pattern: `*` is any text, `?` any one character."""
    if _SPECIAL.keys().isdisjoint(pattern):
        return pattern.lower() == value.lower() if ignore_case else pattern == value
    return _compiled(pattern, re.IGNORECASE if ignore_case else 0).fullmatch(value) is not None


def arn_matches(pattern: str, value: str) -> bool:
    """Whether an ARN matches a pattern of an ARN operator: part by part, so that `*` crosses no colon.

    The sixth part, the resource, may hold colons itself. A pattern with fewer parts matches nothing.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
    """
    wanted, given = pattern.split(":", _ARN_PARTS - 1), value.split(":", _ARN_PARTS - 1)
    if len(wanted) < _ARN_PARTS or len(given) < _ARN_PARTS:
        return False
    return all(matches(part, one) for part, one in zip(wanted, given, strict=True))
