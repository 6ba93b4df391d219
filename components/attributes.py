"""Reads names, annotations and docstrings of the attributes of a component's classes."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from types import NoneType
from typing import Any, NotRequired, get_args, get_origin

from pulumi import Output

_SECTION = re.compile(r"\n\s*(Args|Attributes|Note|Raises|Returns):\n")


@dataclass(frozen=True)
class Attribute:
    """An argument or output.

    Attributes:
        name: its name in snake_case.
        annotation: its type without `NotRequired`, `Output` and None.
        is_required: whether it always has a value.
        description: its docstring, each paragraph on one line.
    """

    name: str
    annotation: Any
    is_required: bool
    description: str


def arguments_of(typed_dict: type) -> Iterator[Attribute]:
    """The keys of a TypedDict."""
    described = docstrings(typed_dict)
    for name, annotation in inspect.get_annotations(typed_dict).items():
        kind: object = get_origin(annotation)
        optional = kind is NotRequired
        inner = get_args(annotation)[0] if optional else annotation
        yield Attribute(name, inner, not optional, described[name])


def outputs_of(component: type) -> Iterator[Attribute]:
    """The outputs of a component: attributes annotated as outputs, also in its bases, then public
    properties.
    """
    for part in (component, *component.__bases__):
        described = docstrings(part)
        for name, annotation in inspect.get_annotations(part).items():
            kind: object = get_origin(annotation)
            if kind is Output:
                yield _output(name, annotation, described[name])
    for name, member in vars(component).items():
        if isinstance(member, property) and not name.startswith("_"):
            annotation = inspect.get_annotations(member.fget)["return"]  # type: ignore[arg-type]  # has a getter
            yield _output(name, annotation, description_of(member))


def docstrings(documented: type) -> dict[str, str]:
    """The docstring below each annotated attribute, read from the source."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(documented))).body
    body = definition.body if isinstance(definition, ast.ClassDef) else []
    return {
        attribute.target.id: on_lines(text.value.value)
        for attribute, text in pairwise(body)
        if isinstance(attribute, ast.AnnAssign)
        and isinstance(attribute.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def description_of(documented: object) -> str:
    """A docstring without its sections, such as `Raises`, which apply only to Python."""
    return on_lines(_SECTION.split(f"{inspect.getdoc(documented)}\n")[0])


def on_lines(docstring: str) -> str:
    """A docstring with each paragraph on one line."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in docstring.strip().split("\n\n"))


def _output(name: str, annotation: Any, description: str) -> Attribute:  # noqa: ANN401  # any annotation
    inner = get_args(annotation)[0] if get_origin(annotation) is Output else annotation
    known = [part for part in get_args(inner) if part is not NoneType]
    is_optional = NoneType in get_args(inner)
    return Attribute(name, known[0] if is_optional else inner, not is_optional, description)
