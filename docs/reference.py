"""Writes the tables of arguments, outputs and settings into the documents: `python -m docs.reference`."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pulumi.provider.experimental.analyzer import Analyzer, PropertyDefinition, PropertyType
from pydantic.alias_generators import to_camel

from components import EncryptedTable, TestUser
from config import StackConfig

DOCS = Path(__file__).resolve().parent
DOCUMENTS = ("component.md", "configuration.md")

_MARKED = re.compile(r"(<!-- python -m docs.reference: ([\w ]+) -->\n).*?(<!-- end -->)", re.DOTALL)
_TYPES = {
    PropertyType.STRING: "string",
    PropertyType.INTEGER: "whole number",
    PropertyType.BOOLEAN: "true or false",
}


@dataclass(frozen=True)
class Row:
    """One argument, output or setting: its name in Python, and what is said about it."""

    name: str
    type: str
    is_required: bool
    meaning: str

    def in_config(self, settings: Iterable[str]) -> "Row":
        """This row as config spells it: in camelCase, as are the settings that its meaning names."""
        names = "|".join(settings)
        meaning = re.sub(rf"`({names})`", lambda name: f"`{to_camel(name[1])}`", self.meaning)
        return Row(to_camel(self.name), self.type, self.is_required, meaning)


def document(name: str) -> str:
    """The document as it should be: what is between its marks is made from the code."""
    tables = dict(_tables())
    text = (DOCS / name).read_text(encoding="utf-8")
    return _MARKED.sub(lambda mark: f"{mark[1]}\n{tables[mark[2]]}\n\n{mark[3]}", text)


def _tables() -> Iterator[tuple[str, str]]:
    """All tables, by what the documents call them."""
    arguments = _arguments()
    settings = {row.name for rows in arguments.values() for row in rows if "_" in row.name}
    for name, rows in arguments.items():
        yield f"arguments of {name}", _table("Argument", rows)
        yield f"settings of {name}", _table("Setting", [row.in_config(settings) for row in rows])
    for name, rows in _outputs().items():
        yield f"outputs of {name}", _table("Output", rows)
    yield "settings of a stack", _table("Setting", [row.in_config(settings) for row in _stack()])


def _arguments() -> dict[str, list[Row]]:
    found = Analyzer("encrypted-tables").analyze([EncryptedTable, TestUser])
    components = {
        name: _rows(component.inputs, component.inputs_mapping)
        for name, component in found["component_definitions"].items()
    }
    return components | {
        name: _rows(type_.properties, type_.properties_mapping)
        for name, type_ in found["type_definitions"].items()
    }


def _outputs() -> dict[str, list[Row]]:
    found = Analyzer("encrypted-tables").analyze([EncryptedTable, TestUser])["component_definitions"]
    return {name: _rows(one.outputs, one.outputs_mapping) for name, one in found.items()}


def _stack() -> list[Row]:
    describe = Analyzer("encrypted-tables").get_docstring
    types = {"tables": "map of tables by name", "ephemeral": "true or false", "test_user": "string"}
    return [
        Row(name, types[name], field.is_required(), _on_one_line(describe(StackConfig, name)))
        for name, field in StackConfig.model_fields.items()
    ]


def _rows(properties: Mapping[str, PropertyDefinition], names: Mapping[str, str]) -> list[Row]:
    return [
        Row(names[name], _type(one), not one.optional, _on_one_line(one.description))
        for name, one in properties.items()
    ]


def _on_one_line(description: str | None) -> str:
    return " ".join((description or "").split())


def _type(one: PropertyDefinition) -> str:
    if one.items:
        return f"list of {_plural(one.items)}"
    if one.additional_properties:
        return f"map of {_plural(one.additional_properties)}"
    if one.ref:
        name = one.ref.rpartition(":")[2].rpartition("/")[2]
        return "anything" if name == "Any" else f"[{name}](#{name.lower()})"
    return _TYPES[one.type] if one.type else "anything"


def _plural(one: PropertyDefinition) -> str:
    name = _type(one)
    if name == "anything":
        return "strings or maps"
    return f"{name}s" if name in _TYPES.values() else name.replace("map of strings or maps", "maps")


def _table(heading: str, rows: Iterable[Row]) -> str:
    lines = [f"| {heading} | Type | Meaning |", "|---|---|---|"]
    for row in rows:
        required = " (required)" if heading != "Output" and row.is_required else ""
        lines.append(f"| `{row.name}`{required} | {row.type} | {row.meaning} |")
    return "\n".join(lines)


if __name__ == "__main__":
    for one in DOCUMENTS:
        (DOCS / one).write_text(document(one), encoding="utf-8")
