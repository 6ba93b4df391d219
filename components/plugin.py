"""Extends Pulumi's component host so that programs in other languages get the same names and errors."""

from typing import Any

import pulumi
from pulumi.provider import ConstructResult
from pulumi.provider.experimental.analyzer import ComponentDefinition
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.server import ComponentInitError

from .encrypted_table import EncryptedTable
from .resource_names import PACKAGE
from .test_user import TestUser


class Plugin(ComponentProvider):
    """Hosts `EncryptedTable` and `TestUser`."""

    def __init__(self, version: str) -> None:
        super().__init__([EncryptedTable, TestUser], PACKAGE, version=version)

    def map_inputs(self, inputs: pulumi.Inputs, component_def: ComponentDefinition) -> pulumi.Inputs:
        """The component's arguments by their Python names.

        `EncryptedTable` gets the names of the other language, which it also accepts and uses in its messages.
        It rejects unknown arguments, which the host would ignore.
        """
        if component_def.name == EncryptedTable.__name__:
            return {name: _whole(value) for name, value in inputs.items()}
        return super().map_inputs(inputs, component_def)

    def construct(
        self,
        name: str,
        resource_type: str,
        inputs: pulumi.Inputs,
        options: pulumi.ResourceOptions | None = None,
    ) -> ConstructResult:
        """Create a component. For a user-facing error, show only the message."""
        try:
            return super().construct(name, resource_type, inputs, options)
        except ComponentInitError as error:
            if isinstance(error.inner, pulumi.RunError):
                raise pulumi.InputPropertiesError(str(error.inner), []) from None
            raise


def _whole(value: Any) -> Any:  # noqa: ANN401  # any argument
    """Converts whole numbers back to int: between languages they are sent as floats."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {name: _whole(item) for name, item in value.items()}
    return value
