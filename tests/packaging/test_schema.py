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


def test_descriptions_use_the_names_of_each_language() -> None:
    """Names of Python, indentation and sections of docstrings are of no use in another language."""
    places = dict(properties())
    descriptions = [one["description"] for one in places.values()]
    descriptions += [one["description"] for one in SCHEMA["resources"].values()]
    descriptions += [one["description"] for one in SCHEMA["types"].values() if "description" in one]

    assert {name for text in descriptions for name in REFERENCE.findall(text)} - {*places} == set()
    for text in descriptions:
        assert re.findall(r"`[a-z]+_\w+`|\n +|\b(?:Raises|Note|Attributes):", text) == []


def test_every_input_accepts_outputs() -> None:
    """Plain inputs accept no outputs, and Pulumi's Go generator omits types for lists of plain inputs."""
    assert '"plain"' not in json.dumps(SCHEMA)


def test_fixed_values_are_enums_that_the_component_accepts() -> None:
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


def test_types_have_distinct_names() -> None:
    """Generators add `Args` to the names of inputs."""
    names = [token.rpartition(":")[2] for token in SCHEMA["types"]]

    assert "KeyAttribute" in names
    assert [name for name in names if name.endswith("Args")] == []


def test_every_argument_of_the_component_is_in_the_schema() -> None:
    inputs = SCHEMA["resources"]["encrypted-tables:index:EncryptedTable"]["inputProperties"]

    assert len(inputs) == len([*arguments_of(EncryptedTableArgs)]) == len(TableSettings.model_fields)


def test_the_schema_states_publisher_and_licence() -> None:
    assert {"namespace", "license", "description", "displayName", "keywords"} <= SCHEMA.keys()
