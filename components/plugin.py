"""The components for programs in other languages: what the plugin does besides what Pulumi's host does."""

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
        """The component's arguments, by their names in Python.

        Those of `EncryptedTable` keep the names of the other language: it knows them as well, and names
        them in its messages. It also refuses what it does not know, which the host would leave out.
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
        """Make a component; of an error that speaks for itself, its message alone is shown."""
        try:
            return super().construct(name, resource_type, inputs, options)
        except ComponentInitError as error:
            if isinstance(error.inner, pulumi.RunError):
                raise pulumi.InputPropertiesError(str(error.inner), []) from None
            raise


def _whole(value: Any) -> Any:  # noqa: ANN401  # any argument
    """Whole numbers as such: they are fractions on their way between languages."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {name: _whole(item) for name, item in value.items()}
    return value
