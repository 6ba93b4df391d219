"""The table that `pulumi new` asks for, beside those under `tables`."""

from typing import Any

import pytest

from tests.config.test_config import load, mistakes


def test_the_first_table_has_the_partition_key_id_and_its_key_user() -> None:
    config = load(firstTable="orders", firstKeyUser="role/app")

    assert config.tables["orders"].partition_key.name == "id"
    assert config.tables["orders"].key_users == ("role/app",)


def test_without_a_key_user_it_has_none() -> None:
    assert load(firstTable="orders", firstKeyUser="").tables["orders"].key_users == ()


def test_its_block_under_tables_adds_settings_and_key_users() -> None:
    config = load(
        firstTable="orders",
        firstKeyUser="role/app",
        tables={"orders": {"sortKey": "day", "keyUsers": ["role/more"]}, "other": {"partitionKey": "name"}},
    )

    assert sorted(config.tables) == ["orders", "other"]
    assert config.tables["orders"].key_users == ("role/more", "role/app")
    assert config.tables["orders"].sort_key is not None


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"firstTable": "no name"}, "firstTable"),
        ({"firstTable": ["orders"]}, "firstTable"),
        ({"firstTable": "orders", "firstKeyUser": {"principal": "role/app"}}, "firstKeyUser"),
        ({"firstTable": "orders", "firstKeyUser": "app"}, "firstKeyUser"),
        (
            {"firstTable": "orders", "firstKeyUser": "app", "tables": {"orders": {"keyUsers": ["role/b"]}}},
            "firstKeyUser",
        ),
        ({"firstKeyUser": "role/app", "tables": {"orders": {"partitionKey": "id"}}}, "firstKeyUser"),
        ({"firstTable": "orders", "tables": {"orders": {"keyUsers": ["app"]}}}, "tables.orders.keyUsers[0]"),
        ({"firstTable": "orders", "tables": []}, "tables"),
        ({"firstTable": "orders", "tables": {"orders": None}}, "tables.orders"),
    ],
)
def test_a_mistake_is_reported_where_it_was_made(values: dict[str, Any], path: str) -> None:
    (line,) = mistakes(**values)

    assert line.startswith(f"encrypted-tables:{path}: ")
