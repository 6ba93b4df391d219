"""Expands the loops of a template.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from policies.declared.facts import Fact, written
from policies.declared.values import Value

LOOP = "Fn::ForEach::"
MOST_ROUNDS = 1000  # a template has at most 500 resources


class LoopError(Exception):
    """Loops have too many iterations."""


@dataclass
class Loops:
    """Expands loops. `items` returns the items of a loop: scalars, or one fact for an unknown list."""

    items: Callable[[Value], list[Value]]
    rounds: int = 0

    def expanded(self, holder: Mapping[str, Value]) -> Iterator[tuple[str, Value]]:
        """The entries of an object including those from loops; None for a malformed loop.

        Raises:
            LoopError: the loops have too many iterations.
        """
        for name, node in holder.items():
            match node:
                case [str(variable), collection, Mapping() as body] if str(name).startswith(LOOP):
                    for item in self.items(collection):
                        self.rounds += 1
                        if self.rounds > MOST_ROUNDS:
                            raise LoopError(f"its loops have more than {MOST_ROUNDS} iterations")
                        yield from self.expanded(_replaced(body, variable, item))
                case _:
                    yield str(name), None if str(name).startswith(LOOP) else node


def _replaced(node: Value, variable: str, item: Value) -> Value:
    """A node with the loop's variable replaced in texts, in names and in Ref."""
    if isinstance(node, str):
        return _replaced_in_text(node, variable, item)
    if isinstance(node, list):
        return [_replaced(one, variable, item) for one in node]
    if not isinstance(node, Mapping):
        return node
    if node == {"Ref": variable}:
        return item
    if isinstance(item, Fact) and "Fn::Sub" in node:
        text, variables = node["Fn::Sub"], {}
        if isinstance(text, list) and len(text) == 2 and isinstance(text[1], Mapping):
            text, variables = text[0], _replaced(text[1], variable, item)
        return {"Fn::Sub": [text, {**variables, variable: item}]}
    return {_name(name, variable, item): _replaced(one, variable, item) for name, one in node.items()}


def _name(name: str, variable: str, item: Value) -> str:
    return str(name) if isinstance(item, Fact) else str(_replaced_in_text(str(name), variable, item))


def _replaced_in_text(text: str, variable: str, item: Value) -> Value:
    places = re.compile(rf"\$\{{{re.escape(variable)}\}}|&\{{{re.escape(variable)}\}}")
    if isinstance(item, Fact):
        return {"Fn::Sub": [text.replace("&{", "${"), {variable: item}]} if places.search(text) else text
    whole, alphanumeric = written(item), re.sub(r"[^A-Za-z0-9]", "", written(item))
    return places.sub(lambda found: alphanumeric if found[0].startswith("&") else whole, text)
