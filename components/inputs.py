"""Values that are known now, and outputs of other resources."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from pulumi import Input, Output

T = TypeVar("T")
Known = TypeVar("Known")


def when_known(values: T, function: Callable[[T], Known]) -> Input[Known]:
    """Apply the function immediately if all values are known, otherwise once they are.

    Known values are thus checked before any resource is registered.
    """
    if has_output(values):
        return Output.from_input(values).apply(function)
    return function(values)


def has_output(values: object) -> bool:
    """Whether the values contain an Output, at any depth."""
    if isinstance(values, Output):
        return True
    if isinstance(values, Mapping):
        return any(has_output(value) for value in values.values())
    return isinstance(values, list | tuple) and any(has_output(value) for value in values)
