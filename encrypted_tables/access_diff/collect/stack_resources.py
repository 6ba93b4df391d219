"""The resources of a stack before or after an update."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from encrypted_tables.engine.preview import Resource
from encrypted_tables.engine.unknown import Unknown


@dataclass(frozen=True)
class StackResources:
    """The resources of a stack before or after an update, with its account, partition and Region."""

    resources: Mapping[str, Resource]
    account: str
    partition: str
    region: str
    """The Region of resources that set none; empty if unknown."""
    is_before: bool
    keys_elsewhere: frozenset[str] = frozenset()
    """The ARNs of keys that the stack does not create but whose policies it sets before or after."""

    def of(self, types: Iterable[str]) -> Sequence[Resource]:
        """The resources of these types."""
        wanted = frozenset(types)
        if wanted not in self._of_types:
            found = tuple(resource for resource in self.resources.values() if resource.type in wanted)
            self._of_types[wanted] = found
        return self._of_types[wanted]

    @cached_property
    def _of_types(self) -> dict[frozenset[str], tuple[Resource, ...]]:
        return {}

    def value(self, resource: Resource, name: str) -> Any:  # noqa: ANN401  # a property of any type
        """A property: before the update from the outputs, after it from the inputs."""
        first, second = resource.inputs, resource.outputs
        if self.is_before:
            first, second = second, first
        value = first.get(name)
        if value is None or isinstance(value, Unknown):
            other = second.get(name)
            return value if other is None else other
        return value

    def set_by(self, resource: Resource, name: str) -> Any:  # noqa: ANN401  # a property of any type
        """A property that is removed when the program no longer sets it."""
        return self.value(resource, name) if self.is_before else resource.inputs.get(name)

    def account_of(self, resource: Resource) -> str:
        """The resource's account; the stack's if its ARN is unknown."""
        arn = resource.outputs.get("arn")
        return arn.split(":")[4] if isinstance(arn, str) and arn.count(":") >= 5 else self.account

    def region_of(self, resource: Resource) -> str:
        """The resource's Region; empty if unknown."""
        for value in (resource.inputs.get("region"), resource.outputs.get("region")):
            if isinstance(value, str) and value:
                return value
        arn = resource.outputs.get("arn")
        return arn.split(":")[3] if isinstance(arn, str) and arn.count(":") >= 5 else self.region
