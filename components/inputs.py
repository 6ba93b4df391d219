"""Values that are known now, and values that another resource will give."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from pulumi import Input, Output

T = TypeVar("T")
Known = TypeVar("Known")


def when_known(values: T, function: Callable[[T], Known]) -> Input[Known]:
    """The function of the values: at once if all are known, else as soon as they are.

    What is known at once is checked before anything is registered.
    """
    if has_output(values):
        return Output.from_input(values).apply(function)
    return function(values)


def has_output(values: object) -> bool:
    """Whether an Output is among the values, at any depth."""
    if isinstance(values, Output):
        return True
    if isinstance(values, Mapping):
        return any(has_output(value) for value in values.values())
    return isinstance(values, list | tuple) and any(has_output(value) for value in values)
