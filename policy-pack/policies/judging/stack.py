"""A stack with all its resources registered."""

from collections.abc import Container, Iterator, Sequence
from datetime import date

from pulumi_policy import PolicyResource

from policies import resource_types as types
from policies.declared.resource import StackResource, stack_resource_from
from policies.declared.terraform import own_type
from policies.judging.convert_once import once
from policies.judging.ledger import Ledger


class Stack:
    """A stack with all its resources, the ledger of this run, and the date.

    Resources are converted on demand, because most rules need only a few.
    """

    def __init__(self, resources: Sequence[PolicyResource], ledger: Ledger, today: date) -> None:
        self._resources = {resource.urn: resource for resource in resources}
        self._read: dict[str, StackResource] = {}
        self.ledger = ledger
        self.today = today

    @property
    def urn(self) -> str:
        """The stack's URN; empty if the engine does not list the stack."""
        return next((urn for urn in self._resources if urn.split("::")[2:3] == [types.STACK]), "")

    @property
    def prefix(self) -> str:
        """The common prefix of the URNs of its resources; empty for a stack without resources."""
        return next(("::".join(urn.split("::")[:2]) + "::" for urn in self._resources), "")

    def get(self, urn: str) -> StackResource | None:
        """A resource by its URN; None if it does not exist."""
        if urn not in self._read and urn in self._resources:
            resource = self._resources[urn]
            self._read[urn] = once(lambda: stack_resource_from(resource), "stack resource", resource.props)
        return self._read.get(urn)

    def of_types(self, tokens: Container[str]) -> Iterator[StackResource]:
        """The resources of these types."""
        for urn, resource in self._resources.items():
            if own_type(resource.resource_type) in tokens and (found := self.get(urn)):
                yield found
