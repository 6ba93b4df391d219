"""A CloudFormation template, with the known facts about its deployment."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from policies.declared.branches import Branch
from policies.declared.evaluation import Evaluator
from policies.declared.loops import Loops
from policies.declared.parameters import Parameters
from policies.declared.values import Value


@dataclass(frozen=True)
class Template:
    """A template, its parameters, and where and under which name it is deployed.

    `region`, `account` and `stack_name` are None if unknown.
    """

    document: Mapping[str, Value]
    parameters: Parameters = field(default_factory=dict)
    region: str | None = None
    account: str | None = None
    stack_name: Value = None

    @cached_property
    def resources(self) -> Mapping[str, Mapping[str, Value]]:
        """All resources by logical id, including those from loops. A malformed resource is empty.

        Raises:
            LoopError: the loops have too many iterations.
        """
        stated = self._expanded("Resources")
        return {name: one if isinstance(one, Mapping) else {} for name, one in stated.items()}

    @cached_property
    def conditions(self) -> Mapping[str, Value]:
        """All conditions by name."""
        return self._expanded("Conditions")

    def section(self, name: str) -> Mapping[str, Value]:
        """A section of the template; empty if it is missing or not an object."""
        section = self.document.get(name)
        return section if isinstance(section, Mapping) else {}

    def _expanded(self, name: str) -> Mapping[str, Value]:
        """A section with its loops expanded. The items of a loop depend on no other resource."""
        bare = replace(self, document={**self.document, "Resources": {}, "Conditions": {}})
        return dict(Loops(Evaluator(bare, Branch(decides=False)).items).expanded(self.section(name)))
