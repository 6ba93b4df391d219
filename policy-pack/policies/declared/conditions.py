"""Whether a condition of a CloudFormation template holds: it does, it does not, or that is not told here.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from policies.declared.values import Value

DEEPEST = 50  # conditions of conditions

Holds = bool | None


@dataclass(frozen=True)
class Conditions:
    """The conditions of a template, by name, and what its nodes can turn out to be."""

    named: Mapping[str, Value]
    values: Callable[[Value], list[Value]]
    told: dict[str, Holds] = field(default_factory=dict)

    def hold(self, name: Value, depth: int = 0) -> Holds:
        """Whether a condition holds; None where parameters or the place of deployment would have to tell."""
        if not isinstance(name, str) or name not in self.named or depth > DEEPEST:
            return None
        if name not in self.told:
            self.told[name] = None  # for conditions that lead back to this one
            self.told[name] = self._holds(self.named[name], depth + 1)
        return self.told[name]

    def _holds(self, node: Value, depth: int) -> Holds:
        match node:
            case {"Condition": name}:
                return self.hold(name, depth)
            case {"Fn::Equals": [one, other]}:
                return _equal(self.values(one), self.values(other))
            case {"Fn::Not": [one]}:
                return _not(self._holds(one, depth))
            case {"Fn::And": [*many]}:
                return _all(self._holds(one, depth) for one in many)
            case {"Fn::Or": [*many]}:
                return _not(_all(_not(self._holds(one, depth)) for one in many))
        return None


def _equal(one: list[Value], other: list[Value]) -> Holds:
    """Only texts are compared: how a number or date was written is not known any more."""
    match one, other:
        case [str() as text], [str() as other_text]:
            return text == other_text
    return None


def _not(one: Holds) -> Holds:
    return None if one is None else not one


def _all(many: Iterable[Holds]) -> Holds:
    found = list(many)
    if False in found:
        return False
    return None if None in found else True
