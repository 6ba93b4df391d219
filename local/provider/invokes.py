"""Calls functions for the engine: checks arguments and describes errors."""

from typing import Any

from local.provider import OFFICIAL_PLUGIN
from local.provider.call import Call
from local.provider.catalogue import FUNCTIONS
from local.provider.check import Failure, check_arguments
from local.provider.errors import ProviderError, doing
from local.provider.values import Properties


def invoke(call: Call, token: str, given: Properties) -> tuple[dict[str, Any], list[Failure]]:
    """The function's results, or the problems with its arguments.

    Raises:
        ProviderError: this provider does not support the function, or the call to AWS failed.
    """
    if token not in FUNCTIONS:
        raise ProviderError(
            f"the local AWS provider does not support the function {token!r}; it supports "
            f"{', '.join(sorted(FUNCTIONS))}. For all others, {OFFICIAL_PLUGIN}"
        )
    function = FUNCTIONS[token]
    checked = check_arguments(token, function.arguments, given)
    if checked.failures:
        return {}, checked.failures
    with doing(f"reading {function.noun}"):
        return function.answer(call, checked.inputs), []
