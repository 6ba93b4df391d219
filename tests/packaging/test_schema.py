"""The schema of the package: what each SDK is generated from."""

import json
import re
from collections.abc import Iterator
from typing import Any

from components.attributes import arguments_of
from components.encrypted_table_args import EncryptedTableArgs
from components.schema import package_schema
from components.table_settings import TableSettings

SCHEMA = json.loads(json.dumps(package_schema("1.0.0")))
REFERENCE = re.compile(r"{{% ref (\S+) %}}")


def properties() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each argument and output of components and types, by where it is."""
    for group in ("resources", "types"):
        for token, content in SCHEMA[group].items():
            for kind in ("inputProperties", "properties"):
                for name, found in content.get(kind, {}).items():
                    yield f"#/{group}/{token}/{kind}/{name}", found


def test_every_argument_and_output_is_described() -> None:
    described = {place: one["description"] for place, one in properties()}

    assert len(described) > 50
    assert [place for place, description in described.items() if not description] == []


def test_descriptions_name_what_exists_as_each_language_spells_it() -> None:
    """Names of Python, indentation and sections of docstrings are of no use in another language."""
    places = dict(properties())
    descriptions = [one["description"] for one in places.values()]
    descriptions += [one["description"] for one in SCHEMA["resources"].values()]
    descriptions += [one["description"] for one in SCHEMA["types"].values() if "description" in one]

    assert {name for text in descriptions for name in REFERENCE.findall(text)} - {*places} == set()
    for text in descriptions:
        assert re.findall(r"`[a-z]+_\w+`|\n +|\b(?:Raises|Note|Attributes):", text) == []


def test_every_input_takes_outputs() -> None:
    """Plain inputs take none, and Pulumi's generator for Go leaves out types of lists of plain ones."""
    assert '"plain"' not in json.dumps(SCHEMA)


def test_fixed_values_are_enums_and_are_those_that_the_component_accepts() -> None:
    """Also those of nested types: a misspelled value fails where the program is compiled."""
    models = TableSettings.model_json_schema()
    accepted = {
        name: one["enum"]
        for model in [models, *models["$defs"].values()]
        for name, field in model["properties"].items()
        for one in [field, *field.get("anyOf", [])]
        if "enum" in one
    }
    declared = {
        place.rpartition("/")[2]: [value["value"] for value in SCHEMA["types"][one["$ref"][8:]]["enum"]]
        for place, one in properties()
        if "enum" in SCHEMA["types"].get(one.get("$ref", "")[8:], {})
    }

    assert declared == accepted
    assert declared["billingMode"] == ["PAY_PER_REQUEST", "PROVISIONED"]


def test_types_have_names_of_their_own() -> None:
    """Generators add `Args` to the names of inputs."""
    names = [token.rpartition(":")[2] for token in SCHEMA["types"]]

    assert "KeyAttribute" in names
    assert [name for name in names if name.endswith("Args")] == []


def test_every_argument_of_the_component_is_in_the_schema() -> None:
    inputs = SCHEMA["resources"]["encrypted-tables:index:EncryptedTable"]["inputProperties"]

    assert len(inputs) == len([*arguments_of(EncryptedTableArgs)]) == len(TableSettings.model_fields)


def test_who_publishes_it_under_which_licence_is_said() -> None:
    assert {"namespace", "license", "description", "displayName", "keywords"} <= SCHEMA.keys()
