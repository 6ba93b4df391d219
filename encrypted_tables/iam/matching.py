"""How IAM compares a pattern with a value."""

import re
from functools import lru_cache

_LITERAL_STAR, _LITERAL_MARK = "\ue000", "\ue001"
_LITERAL = {_LITERAL_STAR: r"\*", _LITERAL_MARK: r"\?"}
_NEEDS_COMPILING = frozenset("?") | _LITERAL.keys()
_LITERALS = str.maketrans({"*": _LITERAL_STAR, "?": _LITERAL_MARK})
_PLAIN = str.maketrans({_LITERAL_STAR: "*", _LITERAL_MARK: "?"})


@lru_cache(maxsize=65_536)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(expression(pattern), re.DOTALL)


def expression(pattern: str, character: str = ".") -> str:
    """A pattern as a regular expression; `character` is what a wildcard can match.

    Each `*` but the last takes the shortest text and keeps it. The matches are the same, in linear time.
    """
    first, *rest = (_without_star(one, character) for one in pattern.split("*"))
    if not rest:
        return first
    *middle, last = rest
    return "".join([first, *(f"(?>{character}*?{one})" for one in middle), f"{character}*{last}"])


def _without_star(pattern: str, character: str) -> str:
    special = {"?": character, **_LITERAL}
    return "".join(special.get(one) or re.escape(one) for one in pattern)


def literal(text: str) -> str:
    """A pattern that matches only this text, even if it contains wildcards."""
    return text.translate(_LITERALS)


def plain(pattern: str) -> str:
    """A pattern as text, for operators without wildcards."""
    return pattern.translate(_PLAIN)


def matches(pattern: str, value: str) -> bool:
    """Whether a value matches a pattern: `*` matches any text, `?` any single character."""
    if _NEEDS_COMPILING.isdisjoint(pattern):
        return _matches_stars(pattern, value)
    return _compiled(pattern).fullmatch(value) is not None


def _matches_stars(pattern: str, value: str) -> bool:
    """Match a pattern whose only wildcard is `*`, without compiling: accounts have many patterns, each used
    only a few times.
    """
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == value
    *middle, last = rest
    if len(value) < len(first) + len(last) or not (value.startswith(first) and value.endswith(last)):
        return False
    place, end = len(first), len(value) - len(last)
    for part in middle:
        found = value.find(part, place, end)
        if found < 0:
            return False
        place = found + len(part)
    return True
