"""Evaluates the nodes of a template in one branch, with all intrinsic functions.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from policies.declared.branches import Branch
from policies.declared.conditions import Conditions
from policies.declared.facts import (
    DYNAMIC_REFERENCE,
    Fact,
    Kind,
    Text,
    facts_in,
    following_from,
    is_named,
    joined,
    written,
)
from policies.declared.loops import LOOP, LoopError, Loops
from policies.declared.references import INVALID, References
from policies.declared.values import UNKNOWN, Value

if TYPE_CHECKING:
    from policies.declared.template import Template

DEEPEST = 65  # maximum nesting of functions and values, limited by Python's stack
PLACEHOLDER = re.compile(r"\$\{([^}]+)\}")


class Evaluator:
    """Evaluates nodes of a template. NoValue is None; `facts` explains values that only the deployment
    knows.
    """

    def __init__(self, template: "Template", branch: Branch) -> None:
        self.template = template
        self.branch = branch
        self.references = References(template, branch, self.hold)
        self.called: dict[int, tuple[Value, Value]] = {}  # keeps the node alive, so that its id is not reused

    @cached_property
    def conditions(self) -> Conditions:
        """The template's conditions in this branch."""
        return Conditions(self.template.conditions, self.branch, self.resolved)

    def hold(self, condition: Value) -> bool | None:
        """Whether a condition holds; None if undecided."""
        return self.conditions.hold(condition)

    def value(self, node: Value, depth: int = 0) -> Value:
        """The value of a node, evaluated at every depth."""
        value = self.resolved(node, depth)
        if isinstance(value, Mapping):
            try:
                entries = list(Loops(self.items).expanded(value)) if _has_loops(value) else value.items()
            except LoopError as error:
                return Fact(f"a value of which {error}", Kind.AWS, nameless=True)
            inner = {name: self.value(one, depth + 1) for name, one in entries}
            return {name: one for name, one in inner.items() if one is not None}
        if isinstance(value, list):
            found = [self.value(one, depth + 1) for one in value]
            return [one for one in found if one is not None]
        return value

    def resolved(self, node: Value, depth: int = 0) -> Value:
        """The value of a node; the content of an object or a list is not evaluated."""
        if depth > DEEPEST:
            return Fact(f"a value under more than {DEEPEST} others", Kind.AWS, nameless=True)
        if node is UNKNOWN:
            return Fact("a value of the template", Kind.UPDATE, nameless=True)
        if isinstance(node, str):
            return joined([node]) if DYNAMIC_REFERENCE in node else node
        if not isinstance(node, Mapping):
            return node
        if "Fn::Transform" in node:
            return Fact("what a macro makes (Fn::Transform)", Kind.AWS, nameless=True)
        return self._called(node, depth) if _is_function(node) else node

    def _called(self, node: Mapping[str, Value], depth: int) -> Value:
        """The value of a function. Cached, because a malformed outer function evaluates it again."""
        if id(node) not in self.called:
            name, argument = next(iter(node.items()))
            function = FUNCTIONS.get(name)
            found = function(self, argument, depth + 1) if function else INVALID
            value = self._from(name, argument, depth) if found is INVALID else found
            self.called[id(node)] = (node, value)
        return self.called[id(node)][1]

    def items(self, collection: Value) -> list[Value]:
        """The items of a loop."""
        found = self.value(collection)
        if isinstance(found, list) and not any(isinstance(one, Mapping | list) for one in found):
            return found
        return [replace(following_from("the variable of a loop", found), nameless=True)]

    def _from(self, name: str, argument: Value, depth: int) -> Value:
        """The value of a function that cannot be computed, from its arguments."""
        value = self.value(argument, depth + 1)
        return following_from(f"{name} {json.dumps(value, default=str, skipkeys=True)}", value)

    def _ref(self, name: Value, _: int) -> Value:
        return self.references.ref(name)

    def _get_att(self, argument: Value, depth: int) -> Value:
        parts = argument if isinstance(argument, list) else str(argument).split(".", 1)
        names = [self.resolved(part, depth) for part in parts]
        if len(names) != 2 or isinstance(argument, Mapping):
            return INVALID
        if not all(isinstance(name, str) for name in names):
            return following_from(f"an attribute of {names[0]}", names)
        return self.references.attribute(*names)

    def _if(self, argument: Value, depth: int) -> Value:
        match argument:
            case [condition, yes, no]:
                holds = self.hold(condition)
                if holds is None:
                    return following_from(f"the condition {condition}", self.value([yes, no], depth))
                return self.resolved(yes if holds else no, depth)
        return INVALID

    def _sub(self, argument: Value, depth: int) -> Value:
        match argument:
            case str(text) | [str(text)]:
                variables: Mapping[str, Value] = {}
            case [str(text), Mapping() as variables]:
                pass
            case _:
                return INVALID
        parts: list[Value] = []
        for index, part in enumerate(PLACEHOLDER.split(text)):
            literal = index % 2 == 0 or part.startswith("!")
            shown = f"${{{part[1:]}}}" if index % 2 else part
            parts.append(shown if literal else self._placeholder(part.strip(), variables, depth))
        return self._text(parts)

    def _placeholder(self, name: str, variables: Mapping[str, Value], depth: int) -> Value:
        if name in variables:
            return self.resolved(variables[name], depth)
        found = self._get_att(name, depth) if "." in name else self.references.ref(name)
        return self._from("Ref", name, depth) if found is INVALID else found

    def _join(self, argument: Value, depth: int) -> Value:
        match argument:
            case [str(separator), node]:
                items = self.resolved(node, depth)
                if isinstance(items, list):
                    values = [self.resolved(one, depth) for one in items]
                    spaced = [part for one in values if one is not None for part in (separator, one)]
                    return self._text(spaced[1:])
        return INVALID

    def _text(self, parts: Sequence[Value]) -> Value:
        return (
            INVALID
            if any(isinstance(part, Mapping | list) or part is None for part in parts)
            else joined(parts)
        )

    def _select(self, argument: Value, depth: int) -> Value:
        match argument:
            case [index, node]:
                number, items = self.resolved(index, depth), self.resolved(node, depth)
                if isinstance(items, list) and str(number).isdecimal() and int(str(number)) < len(items):
                    return self.resolved(items[int(str(number))], depth)
        return INVALID

    def _split(self, argument: Value, depth: int) -> Value:
        match argument:
            case [str(separator), node] if separator:
                source = self.resolved(node, depth)
                if isinstance(source, str):
                    return source.split(separator)
                if (
                    isinstance(source, Text)
                    and separator in (":", "/")
                    and not any(map(_may_be_split, source.facts))
                ):
                    return _pieces(source, separator)
        return INVALID

    def _find_in_map(self, argument: Value, depth: int) -> Value:
        if not isinstance(argument, list) or len(argument) < 3:
            return INVALID
        found: Value = self.template.section("Mappings")
        default = (
            argument[3].get("DefaultValue")
            if len(argument) > 3 and isinstance(argument[3], Mapping)
            else None
        )
        for number, node in enumerate(argument[:3]):
            if not isinstance(found, Mapping):
                return INVALID
            named = {written(name): one for name, one in found.items()}
            name = self.resolved(node, depth)
            if is_named(name):
                name = self.branch.choose(name, list(named), only=default is None)
                if name is None and (default is None or not self.branch.decides):
                    return INVALID
            if isinstance(name, Mapping | list | Fact | Text):
                return INVALID
            if written(name) not in named:
                return INVALID if number == 0 or default is None else self.resolved(default, depth)
            found = named[written(name)]
        return joined([found]) if isinstance(found, str) else found

    def _length(self, argument: Value, depth: int) -> Value:
        items = self.resolved(argument, depth)
        return len(items) if isinstance(items, list) else INVALID

    def _to_json(self, argument: Value, depth: int) -> Value:
        value = self.value(argument, depth)
        return INVALID if facts_in(value) else json.dumps(value, default=str, skipkeys=True)


FUNCTIONS: Mapping[str, Callable[[Evaluator, Value, int], Value]] = {
    "Ref": Evaluator._ref,
    "Fn::FindInMap": Evaluator._find_in_map,
    "Fn::GetAtt": Evaluator._get_att,
    "Fn::If": Evaluator._if,
    "Fn::Join": Evaluator._join,
    "Fn::Length": Evaluator._length,
    "Fn::Select": Evaluator._select,
    "Fn::Split": Evaluator._split,
    "Fn::Sub": Evaluator._sub,
    "Fn::ToJsonString": Evaluator._to_json,
}


def _is_function(node: Mapping[str, Value]) -> bool:
    name = str(next(iter(node))) if len(node) == 1 else ""
    return name == "Ref" or (name.startswith("Fn::") and not name.startswith(LOOP))


def _has_loops(value: Mapping[str, Value]) -> bool:
    return any(str(name).startswith(LOOP) for name in value)


def _may_be_split(fact: Fact) -> bool:
    return fact.name == "AWS::StackId" or fact.kind not in (Kind.PLACE, Kind.KEY)


def _pieces(text: Text, separator: str) -> list[Value]:
    """The parts of a text between separators; a fact contains no separator."""
    pieces: list[list[Value]] = [[]]
    for part in text.parts:
        first, *others = part.split(separator) if isinstance(part, str) else [part]
        pieces[-1].append(first)
        pieces += [[other] for other in others]
    return [joined(piece) for piece in pieces]
