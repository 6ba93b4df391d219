"""Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, `${*}`.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from ..iam.operators import LITERAL, Answer

_VARIABLE = re.compile(r"\$\{(?P<content>[^}]*)\}")
_CONTENT = re.compile(r"(?P<key>[\w-]+:[^\s,](?:[^,]*[^\s,])?)(?:,\s*'(?P<default>[^']*)')?")


class MissingVariableError(LookupError):
    """The request has no value for a policy variable without a default."""


class UnknownVariableError(LookupError):
    """A policy variable is malformed, or has several values, or one that is not known."""


def expanded(pattern: str, value_of: Callable[[str], Any]) -> str:
    """The pattern with its variables replaced; `*` and `?` of a value match only themselves.

    Raises:
        MissingVariableError: a variable has no value.
        UnknownVariableError: a variable is malformed, or has several values or an unknown value.
    """

    def value(found: re.Match[str]) -> str:
        if (character := found["content"]) in ("*", "?", "$"):
            return LITERAL.get(character, character)
        content = _CONTENT.fullmatch(found["content"])
        if content is None:
            raise UnknownVariableError(found["content"])
        key, default = content["key"], content["default"]
        actual = value_of(key)
        if actual is None:
            actual = default
            if default and not LITERAL.keys().isdisjoint(default):
                raise UnknownVariableError(key)  # AWS does not document whether it is a wildcard
        if actual is None:
            raise MissingVariableError(key)
        if not isinstance(actual, str):
            raise UnknownVariableError(key)
        return "".join(LITERAL.get(one, one) for one in actual)

    return _VARIABLE.sub(value, pattern)


def matches_any(
    patterns: Iterable[str], test: Callable[[str], Answer], value_of: Callable[[str], Any], *, negative: bool
) -> Answer:
    """Whether one of the patterns passes a test; if `negative`, whether none does.

    A variable without a value can invalidate the whole statement, so that it never certainly applies.
    """
    answers: list[Answer] = []
    is_invalid = False
    for pattern in patterns:
        try:
            answers.append(test(expanded(pattern, value_of)))
        except MissingVariableError:
            is_invalid = True
        except UnknownVariableError:
            answers.append(None)
    found = True if True in answers else None if None in answers else False
    if negative and found is not None:
        found = not found
    return None if is_invalid and found else found
