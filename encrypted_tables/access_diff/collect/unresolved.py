"""What may give access, and cannot be told to whom or to what."""

from dataclasses import dataclass
from typing import Self

from encrypted_tables.engine.preview import Resource


@dataclass(frozen=True)
class Unresolved:
    """A resource that may give access, and of which it cannot be told to whom or to what."""

    resource: Resource
    why: str
    """A sentence."""

    def says_the_same_as(self, other: Self) -> bool:
        """Whether it is the same resource, which asks for the same."""
        one, two = self.resource, other.resource
        return (one.urn, one.inputs, self.why) == (two.urn, two.inputs, other.why)
