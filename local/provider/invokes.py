"""Functions, as the engine asks for them: arguments checked, errors named."""

from typing import Any

from local.provider import OFFICIAL_PLUGIN
from local.provider.call import Call
from local.provider.catalogue import FUNCTIONS
from local.provider.check import Failure, check_arguments
from local.provider.errors import ProviderError, doing
from local.provider.values import Properties


def invoke(call: Call, token: str, given: Properties) -> tuple[dict[str, Any], list[Failure]]:
    """What the function answers, or what is wrong with its arguments.

    Raises:
        ProviderError: this provider does not know the function, or AWS refused.
    """
    if token not in FUNCTIONS:
        raise ProviderError(
            f"the local AWS provider does not know the function {token!r}; it knows "
            f"{', '.join(sorted(FUNCTIONS))}. For all others, {OFFICIAL_PLUGIN}"
        )
    function = FUNCTIONS[token]
    checked = check_arguments(token, function.arguments, given)
    if checked.failures:
        return {}, checked.failures
    with doing(f"reading {function.noun}"):
        return function.answer(call, checked.inputs), []
