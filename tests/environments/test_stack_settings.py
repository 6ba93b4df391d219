"""The settings that commands read from a stack's config file."""

from pathlib import Path

import pytest

from encrypted_tables.engine.project import project_name, stack_settings, tables_of
from encrypted_tables.errors import UserError


def test_settings_are_read_with_or_without_the_name_of_the_project(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text(
        "config:\n  aws:region: eu-west-1\n  shop:ephemeral: true\n  tables: {orders: {}}\n  other:x: 1\n"
    )

    assert stack_settings(file, "shop") == {"ephemeral": True, "tables": {"orders": {}}}


def test_the_first_table_is_one_of_the_tables() -> None:
    settings = {"firstTable": "orders", "tables": {"items": {"partitionKey": "id"}, "empty": None}}

    assert tables_of(settings) == {"items": {"partitionKey": "id"}, "empty": {}, "orders": {}}


@pytest.mark.parametrize("content", ["", "config: []\n", "[]\n", "config:\n  aws:region: x\n"])
def test_a_file_without_settings_has_no_tables(content: str, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text(content)

    assert tables_of(stack_settings(tmp_path / "Pulumi.dev.yaml", "shop")) == {}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no Pulumi.yaml in"),
        ("{", "is not YAML"),
        ("runtime: python\n", "has no project name"),
    ],
)
def test_a_directory_without_a_project_is_one_message(
    content: str | None, message: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "Pulumi.yaml").write_text(content)

    with pytest.raises(UserError, match=message):
        project_name(tmp_path)
