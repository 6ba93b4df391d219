"""How IAM compares a pattern with a value."""

import re
from functools import lru_cache

_LITERAL_STAR, _LITERAL_MARK = "\ue000", "\ue001"
_LITERAL = {_LITERAL_STAR: r"\*", _LITERAL_MARK: r"\?"}
_SPECIAL = frozenset("*?") | _LITERAL.keys()
_LITERALS = str.maketrans({"*": _LITERAL_STAR, "?": _LITERAL_MARK})
_PLAIN = str.maketrans({_LITERAL_STAR: "*", _LITERAL_MARK: "?"})


@lru_cache(maxsize=65_536)
def _compiled(pattern: str, flags: int) -> re.Pattern[str]:
    return re.compile(expression(pattern), re.DOTALL | flags)


def expression(pattern: str, character: str = ".") -> str:
    """A pattern as a regular expression; `character` is what a wildcard can stand for."""
    special = {"*": f"{character}*", "?": character, **_LITERAL}
    return "".join(special.get(one) or re.escape(one) for one in pattern)


def literal(text: str) -> str:
    """A pattern that matches this text alone, whatever it holds."""
    return text.translate(_LITERALS)


def plain(pattern: str) -> str:
    """A pattern as text, for operators without wildcards."""
    return pattern.translate(_PLAIN)


def matches(pattern: str, value: str, *, ignore_case: bool = False) -> bool:
    """Whether a value matches a pattern: `*` is any text, `?` any one character."""
    if _SPECIAL.isdisjoint(pattern):
        return pattern.lower() == value.lower() if ignore_case else pattern == value
    return _compiled(pattern, re.IGNORECASE if ignore_case else 0).fullmatch(value) is not None
