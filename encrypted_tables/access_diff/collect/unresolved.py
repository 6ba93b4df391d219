"""Resources that may give access whose principal or target is unknown."""

from dataclasses import dataclass
from typing import Self

from encrypted_tables.engine.preview import Resource


@dataclass(frozen=True)
class Unresolved:
    """A resource that may give access whose principal or target is unknown."""

    resource: Resource
    reason: str
    """Follows "Cannot tell" in a report."""

    def is_same_as(self, other: Self) -> bool:
        """Whether both are the same resource with the same inputs and reason."""
        one, two = self.resource, other.resource
        return (one.urn, one.inputs, self.reason) == (two.urn, two.inputs, other.reason)
