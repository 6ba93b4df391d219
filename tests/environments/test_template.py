"""The template of an environment matches the config that the program accepts."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from components.table_settings import TableSettings
from config import StackConfig
from encrypted_tables.environments.new import filled_template

NAMESPACE = "encrypted-tables:"
SETTING = re.compile(r" *#(?=[^ ])")


def filled_in() -> list[str]:
    return filled_template("encrypted-tables", "qa", "eu-west-1").splitlines()


def paragraphs(lines: list[str]) -> Iterator[list[int]]:
    """The numbers of lines that are commented out together: settings that may depend on each other."""
    found: list[int] = []
    for number, line in enumerate(lines):
        if SETTING.match(line) or (found and line.lstrip().startswith("#  ")):
            found.append(number)
        elif found:
            yield found
            found = []
    if found:
        yield found


def with_set(numbers: list[int]) -> dict[str, Any]:
    """The program's own config with the settings of these lines."""
    lines = filled_in()
    for number in numbers:
        lines[number] = lines[number].replace("#", "", 1)
    config = yaml.safe_load("\n".join(lines))["config"]
    return {k.removeprefix(NAMESPACE): v for k, v in config.items() if k.startswith(NAMESPACE)}


PARAGRAPHS = list(paragraphs(filled_in()))


def first_line(numbers: list[int]) -> str:
    return filled_in()[numbers[0]].strip().lstrip("#")


def test_the_unchanged_template_is_accepted() -> None:
    accepted = StackConfig.model_validate(with_set([]))

    assert (accepted.ephemeral, list(accepted.tables)) == (False, ["orders"])


@pytest.mark.parametrize("numbers", PARAGRAPHS, ids=first_line)
def test_the_commented_out_settings_are_accepted(numbers: list[int]) -> None:
    lines = filled_in()
    accepted = StackConfig.model_validate(with_set(numbers))

    indent = min(len(lines[number]) - len(lines[number].lstrip()) for number in numbers)
    values = {m[1] for n in numbers if (m := re.match(rf" {{{indent}}}#(?:{NAMESPACE})?(\w+):", lines[n]))}
    found = {*names_set(accepted), *names_set(accepted.tables["orders"])}
    assert values - found == set()


def names_set(model: BaseModel) -> set[str]:
    return {str(type(model).model_fields[name].alias) for name in model.model_fields_set}


def names(model: type[BaseModel]) -> set[str]:
    return {str(field.alias) for field in model.model_fields.values()}


def test_every_setting_is_in_the_template() -> None:
    stack: set[str] = set()
    table: set[str] = set()
    for config in map(with_set, [[], *PARAGRAPHS]):
        stack |= config.keys()
        table |= config["tables"]["orders"].keys()

    assert stack == names(StackConfig)
    assert table == names(TableSettings)


# Settings whose default is None, which the template explains in words; and settings that show an example.
IN_WORDS = {"recoveryPeriodInDays", "deletionProtectionEnabled", "streamViewType", "rotationPeriodInDays"}
EXAMPLES = {"keyVersion", "billingMode", "readCapacity", "writeCapacity"}


def test_the_values_in_the_template_are_the_defaults() -> None:
    of_component = TableSettings.model_validate({"partitionKey": "id"}).model_dump(by_alias=True)
    defaults = of_component | {"applicationGrants": False}  # this program gives no role access to a key
    values = {
        name: value
        for numbers in PARAGRAPHS
        for name, value in with_set(numbers)["tables"]["orders"].items()
        if isinstance(value, bool | int) or (isinstance(value, str) and value.isupper())
    }

    assert {name: defaults[name] for name in values} | dict.fromkeys(IN_WORDS | EXAMPLES) == {
        **values,
        **dict.fromkeys(IN_WORDS | EXAMPLES),
    }
