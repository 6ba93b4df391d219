"""Values that are known now, and outputs of other resources."""

from collections.abc import Callable, Mapping
from inspect import isawaitable
from typing import Any, TypeVar

from pulumi import Input, Output

from .per_program import PerProgram

T = TypeVar("T")
Known = TypeVar("Known")


def when_known(values: T, function: Callable[[T], Known]) -> Input[Known]:
    """Apply the function immediately if all values are known, otherwise once they are.

    Known values are thus checked before any resource is registered.
    """
    if has_output(values):
        return Output.from_input(values).apply(function)
    return function(values)


def with_outputs(value: Any) -> Any:  # noqa: ANN401  # any argument
    """The value with Outputs for what is to be awaited, at any depth."""
    if isawaitable(value) and not isinstance(value, Output):
        return Output.from_input(value)
    if isinstance(value, Mapping):
        return {name: with_outputs(one) for name, one in value.items()}
    return [with_outputs(one) for one in value] if isinstance(value, list | tuple) else value


def output_of(values: Mapping[str, Input[T]]) -> Output[Mapping[str, T]]:
    """A map of inputs as one output. `Output.all` makes a list of an empty one."""
    nested: Any = values
    return Output.from_input(nested) if values else _empty_map()


# Most tables have several of these two, and an output takes as long to make as most checks.
_empty_map = PerProgram[[], Output[Any]](lambda: Output.from_input({}))
nothing = PerProgram[[], Output[Any]](lambda: Output.from_input(None))
"""None as an output."""


def has_output(values: object) -> bool:
    """Whether the values contain an Output, at any depth."""
    if isinstance(values, str):  # most values are; the checks below take longer
        return False
    if isinstance(values, list | tuple):
        return any(map(has_output, values))
    if isinstance(values, Mapping):
        return any(map(has_output, values.values()))
    return isinstance(values, Output)


def value_at_once(output: Output[Any]) -> Any:  # noqa: ANN401  # any value
    """The value of an Output that is known, not secret and of no resource, such as a formatted string.

    Any other Output is returned as it is.
    """

    async def value() -> Any:  # noqa: ANN401  # any value
        if await output.is_secret() or await output.resources() or not await output.is_known():
            return output
        return await output.future()

    steps = value()
    try:
        steps.send(None)  # ends at once if nothing has to be awaited
    except StopIteration as end:
        return end.value
    steps.close()
    return output
