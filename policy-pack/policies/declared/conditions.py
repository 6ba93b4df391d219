"""Evaluates the conditions of a template in a branch.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from policies.declared.branches import Branch
from policies.declared.facts import Comparison, facts_in, is_named, written
from policies.declared.values import Value

DEEPEST = 80  # maximum nesting of conditions, limited by Python's stack

Holds = bool | None


@dataclass(frozen=True)
class Conditions:
    """The conditions of a template by name; `resolved` returns the values that they compare."""

    named: Mapping[str, Value]
    branch: Branch
    resolved: Callable[[Value], Value]
    found: dict[str, Holds] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)

    def hold(self, name: Value, depth: int = 0) -> Holds:
        """Whether a condition holds; None if undecided."""
        if not isinstance(name, str) or name not in self.named or name in self.open:
            return self.branch.holds(f"the condition {name}")
        if name not in self.found:
            self.open.add(name)
            self.found[name] = self._holds(self.named[name], depth)
            self.open.remove(name)
        return self.found[name]

    def _holds(self, node: Value, depth: int) -> Holds:
        match node if depth < DEEPEST else None:
            case {"Condition": name}:
                return self.hold(name, depth + 1)
            case {"Fn::Equals": [one, other]}:
                return self._equal(self.resolved(one), self.resolved(other), node)
            case {"Fn::Not": [one]}:
                return _not(self._holds(one, depth + 1))
            case {"Fn::And": [*many]}:
                return _all(self._holds(one, depth + 1) for one in many)
            case {"Fn::Or": [*many]}:
                return _not(_all(_not(self._holds(one, depth + 1)) for one in many))
            case _:
                return self._asked(node)

    def _equal(self, one: Value, other: Value, node: Value) -> Holds:
        for fact, value in ((one, other), (other, one)):
            if is_named(fact) and isinstance(value, str | bool | int):
                return self.branch.equal(fact, written(value))
        if is_named(one) and one == other:
            return True
        if isinstance(one, str) and isinstance(other, str):
            return one == other
        if _is_plain(one) and _is_plain(other):
            return written(one) == written(other)
        return self._asked(node, [one, other])

    def _asked(self, node: Value, values: Value = None) -> Holds:
        facts = tuple(dict.fromkeys(facts_in(values)))
        return self.branch.holds(Comparison(id(node), f"the condition {str(node)[:80]}", facts))


def _is_plain(value: Value) -> bool:
    """Whether a value has only one spelling, unlike a date or a number such as 1.0 or 010."""
    if isinstance(value, str) and value.lstrip("-").isdigit():
        return str(int(value)) == value
    return isinstance(value, bool | int) or value in ("true", "false")


def _not(one: Holds) -> Holds:
    return None if one is None else not one


def _all(many: Iterable[Holds]) -> Holds:
    found = list(many)
    if False in found:
        return False
    return None if None in found else True
