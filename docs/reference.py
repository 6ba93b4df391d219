"""Writes the tables of arguments, outputs and settings into the documents: `python -m docs.reference`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic.alias_generators import to_camel

import components
from components.attributes import Attribute, arguments_of, docstrings, outputs_of
from components.schema import COMPONENTS, ENUMS, Spec, type_spec
from config import StackConfig

DOCS = Path(__file__).resolve().parent
DOCUMENTS = ("component.md", "configuration.md")

_MARKED = re.compile(r"(<!-- python -m docs.reference: ([\w ]+) -->\n).*?(<!-- end -->)", re.DOTALL)
_TYPES = {"string": "string", "integer": "whole number", "boolean": "true or false"}


@dataclass(frozen=True)
class Row:
    """One argument, output or setting: its name in Python, and its description."""

    name: str
    type: str
    is_required: bool
    meaning: str

    def in_config(self, settings: Iterable[str]) -> "Row":
        """This row in the spelling of the config: camelCase, also for settings that the description names."""
        names = "|".join(settings)
        meaning = re.sub(rf"`({names})`", lambda name: f"`{to_camel(name[1])}`", self.meaning)
        return Row(to_camel(self.name), self.type, self.is_required, meaning)


def document(name: str) -> str:
    """The document, with the text between its marks generated from the code."""
    tables = dict(_tables())
    text = (DOCS / name).read_text(encoding="utf-8")
    return _MARKED.sub(lambda mark: f"{mark[1]}\n{tables[mark[2]]}\n\n{mark[3]}", text)


def _tables() -> Iterator[tuple[str, str]]:
    """All tables, by their names in the documents."""
    arguments = _arguments()
    settings = {row.name for rows in arguments.values() for row in rows if "_" in row.name}
    for name, rows in arguments.items():
        yield f"arguments of {name}", _table("Argument", rows)
        yield f"settings of {name}", _table("Setting", [row.in_config(settings) for row in rows])
    for name, rows in _outputs().items():
        yield f"outputs of {name}", _table("Output", rows)
    yield "settings of a stack", _table("Setting", [row.in_config(settings) for row in _stack()])


def _arguments() -> dict[str, list[Row]]:
    typed_dicts = [one for name, one in vars(components).items() if name.endswith("Args")]
    return {
        name.removesuffix("Args") if name.removesuffix("Args") in COMPONENTS else name: _rows(
            arguments_of(one)
        )
        for one in typed_dicts
        for name in [one.__name__]
    }


def _outputs() -> dict[str, list[Row]]:
    return {name: _rows(outputs_of(component)) for name, component in COMPONENTS.items()}


def _stack() -> list[Row]:
    meanings = docstrings(StackConfig)
    types = {"tables": "map of tables by name", "ephemeral": "true or false", "test_user": "string"}
    return [
        Row(name, types[name], field.is_required(), meanings[name])
        for name, field in StackConfig.model_fields.items()
    ]


def _rows(attributes: Iterable[Attribute]) -> list[Row]:
    return [
        Row(
            one.name, _type(type_spec(one.annotation, {})), one.is_required, " ".join(one.description.split())
        )
        for one in attributes
    ]


def _type(spec: Spec) -> str:
    if "items" in spec:
        return f"list of {_plural(spec['items'])}"
    if "additionalProperties" in spec:
        return f"map of {_plural(spec['additionalProperties'])}"
    if "oneOf" in spec:
        return " or ".join(map(_type, spec["oneOf"]))
    if "$ref" in spec:
        name = spec["$ref"].rpartition(":")[2].rpartition("/")[2]
        if name in ENUMS.values():
            return "string"
        return "anything" if name == "Any" else f"[{name}Args](#{name.lower()}args)"
    return _TYPES[spec["type"]]


def _plural(spec: Spec) -> str:
    if "oneOf" in spec:
        return " or ".join(map(_plural, spec["oneOf"]))
    name = _type(spec)
    return "maps" if name == "map of anything" else f"{name}s" if name in _TYPES.values() else name


def _table(heading: str, rows: Iterable[Row]) -> str:
    lines = [f"| {heading} | Type | Meaning |", "|---|---|---|"]
    for row in rows:
        required = " (required)" if heading != "Output" and row.is_required else ""
        lines.append(f"| `{row.name}`{required} | {row.type} | {row.meaning} |")
    return "\n".join(lines)


if __name__ == "__main__":
    for one in DOCUMENTS:
        (DOCS / one).write_text(document(one), encoding="utf-8")
