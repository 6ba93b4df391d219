"""Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, `${*}`.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

import re
from collections.abc import Callable
from typing import Any

from local.emulator.iam.operators import LITERAL

_VARIABLE = re.compile(r"\$\{\s*(?P<key>[^},]+?)\s*(?:,\s*'(?P<default>[^']*)'\s*)?\}")


class MissingVariableError(LookupError):
    """The request has no single value for a policy variable without a default."""


def expanded(pattern: str, value_of: Callable[[str], Any]) -> str:
    """The pattern with its variables replaced; `*` and `?` of a value match only themselves.

    Raises:
        MissingVariableError: a variable has no value, several values or an unknown value.
    """

    def value(found: re.Match[str]) -> str:
        key, default = found["key"], found["default"]
        if key in ("*", "?", "$"):
            return LITERAL.get(key, key)
        actual = value_of(key)
        if actual is None:
            actual = default
        if not isinstance(actual, str):
            raise MissingVariableError(key)
        return "".join(LITERAL.get(one, one) for one in actual)

    return _VARIABLE.sub(value, pattern)
