"""The components for programs in other languages."""

import json
from typing import Any

import pulumi
from pulumi.provider import ConstructResult, Provider
from pydantic.alias_generators import to_camel

from .attributes import outputs_of
from .inputs import value_at_once
from .schema import COMPONENTS, package_schema


class Plugin(Provider):
    """Makes `EncryptedTable` and `TestUser` for programs that know their schema only."""

    def __init__(self, version: str) -> None:
        super().__init__(version, json.dumps(package_schema(version)))

    def construct(
        self,
        name: str,
        resource_type: str,
        inputs: pulumi.Inputs,
        options: pulumi.ResourceOptions | None = None,
    ) -> ConstructResult:
        """Make a component. An error that is meant for people is shown without a traceback.

        The arguments keep the names of the other language, which the component knows and uses in messages.

        Raises:
            InputPropertiesError: the arguments are wrong.
        """
        component: Any = COMPONENTS[resource_type.rpartition(":")[2]]
        try:
            made = component(name, {key: _received(value) for key, value in inputs.items()}, options)
        except pulumi.RunError as error:
            raise pulumi.InputPropertiesError(str(error), []) from None
        outputs = {to_camel(one.name): getattr(made, one.name) for one in outputs_of(component)}
        return ConstructResult(made.urn, outputs)


def _received(value: Any) -> Any:  # noqa: ANN401  # any argument
    """An argument as a Python program would give it: the engine sends whole numbers as floats."""
    if isinstance(value, pulumi.Output):
        known = value_at_once(value)
        return known if known is value else _received(known)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_received(item) for item in value]
    if isinstance(value, dict):
        return {name: _received(item) for name, item in value.items()}
    return value
