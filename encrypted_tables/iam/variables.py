"""Policy variables, such as `${aws:username}` and `${aws:PrincipalTag/team, 'none'}`; `${*}` is a literal
`*`.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

import re
from collections.abc import Iterable
from enum import Enum

from encrypted_tables.iam.answer import YES, Answer, conditional
from encrypted_tables.iam.matching import literal
from encrypted_tables.iam.request_context import Context, Missing, value_of

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_DEFAULT = re.compile(r"\s*(?P<key>[^,]+?)\s*,\s*'(?P<default>[^']*)'\s*")
_CHARACTERS = frozenset("*?$")


class NoText(Enum):
    """Why the text of a pattern with variables is unknown."""

    ABSENT = "a variable has no value: the pattern matches nothing, and AWS may ignore the statement"
    UNKNOWN = "a variable is not known"


def if_resolved(answer: Answer, texts: Iterable[str | NoText]) -> Answer:
    """The answer for a part of a statement with these patterns.

    AWS may ignore a statement with a variable that has no value, so such a statement never certainly applies.
    """
    if answer is YES and NoText.ABSENT in texts:
        return conditional("AWS applies a statement with a variable that has no value")
    return answer


def substituted(pattern: str, context: Context) -> str | NoText:
    """The pattern with its variables replaced by their values. A `*` in a value is not a wildcard."""
    if "${" not in pattern:
        return pattern
    problems: list[NoText] = []

    def replacement(match: re.Match[str]) -> str:
        text = _value(match[1], context)
        if isinstance(text, NoText):
            problems.append(text)
            return ""
        return text

    text = _VARIABLE.sub(replacement, pattern)
    if NoText.UNKNOWN in problems:
        return NoText.UNKNOWN
    return NoText.ABSENT if problems else text


def names_in(text: str) -> set[str]:
    """The condition keys, in lower case, that the variables of a text name."""
    if "${" not in text:
        return set()
    found = (match[1] for match in _VARIABLE.finditer(text))
    keys = (given["key"] if (given := _DEFAULT.fullmatch(one)) else one for one in found)
    return {one.lower() for one in keys if one not in _CHARACTERS}


def _value(variable: str, context: Context) -> str | NoText:
    if variable in _CHARACTERS:
        return literal(variable)
    given = _DEFAULT.fullmatch(variable)
    found = value_of(given["key"] if given else variable, context)
    if found is Missing.ABSENT:
        return _default(given["default"]) if given else NoText.ABSENT
    if isinstance(found, Missing) or not isinstance(found, str):
        return NoText.UNKNOWN
    return literal(found)


def _default(text: str) -> str | NoText:
    """AWS does not document whether a `*` or `?` in a default is a wildcard."""
    return text if literal(text) == text else NoText.UNKNOWN
