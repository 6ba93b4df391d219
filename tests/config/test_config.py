"""The stack's config: all mistakes in the file are reported together with their paths."""

import json
from typing import Any

import pulumi
import pytest

from components.caller import Caller
from components.principals import Scope
from components.problems import SettingsError
from config import StackConfig, load_config, table_args

CALLER = Caller("arn:aws:iam::111122223333:user/owner", Scope("aws", "111122223333"), "eu-west-1")
NAMESPACE = "encrypted-tables"


def load(**values: Any) -> StackConfig:  # noqa: ANN401  # whatever a file holds
    """The config as the engine passes it: maps and lists as JSON, everything else as text."""
    texts = {
        f"{NAMESPACE}:{name}": value if isinstance(value, str) else json.dumps(value)
        for name, value in values.items()
    }
    pulumi.runtime.settings.reset_options(project=NAMESPACE, stack="qa")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PULUMI_CONFIG", json.dumps({**texts, "aws:region": "eu-west-1"}))
        return load_config(pulumi.Config(NAMESPACE), CALLER)


def mistakes(**values: Any) -> list[str]:  # noqa: ANN401  # as above
    with pytest.raises(SettingsError) as refused:
        load(**values)
    first, *lines = str(refused.value).splitlines()
    assert first == "Pulumi.qa.yaml cannot be used, nothing was changed:"
    return [line.strip() for line in lines]


def test_a_partition_key_is_all_that_a_table_needs() -> None:
    config = load(tables={"orders": {"partitionKey": "id"}})

    assert config.tables["orders"].partition_key.name == "id"
    assert config.tables["orders"].ephemeral is False


def test_tables_are_as_ephemeral_as_their_stack_unless_they_say_otherwise() -> None:
    config = load(
        ephemeral="true",
        tables={"one": {"partitionKey": "id"}, "two": {"partitionKey": "id", "ephemeral": False}},
    )

    assert [config.tables[name].ephemeral for name in ("one", "two")] == [True, False]


def test_no_table_is_told_with_the_command_that_makes_one() -> None:
    (told,) = mistakes()

    assert told.startswith("encrypted-tables:tables: no tables are configured. Start with: pulumi config")


def test_the_settings_of_a_project_of_another_name_are_renamed_by_a_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pulumi.runtime.settings.reset_options(project="shop", stack="qa")
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps({"encrypted-tables:tables": "{}"}))

    with pytest.raises(SettingsError) as refused:
        load_config(pulumi.Config("shop"), CALLER)

    assert str(refused.value).endswith(
        "  encrypted-tables:tables: is a setting of a project named encrypted-tables; this one is shop. "
        "Run: sed -i.before 's/encrypted-tables:/shop:/' Pulumi.qa.yaml"
    )


def test_every_mistake_is_told_at_once_with_its_path() -> None:
    told = mistakes(
        ephemeral="perhaps",
        tabels={},
        testUser="not a name",
        tables={
            "or": {"partitionKey": "id"},
            "orders": {
                "partitionKey": {"name": "id", "type": "X"},
                "keyUsers": ["user/a", "*"],
                "keyUser": [],
            },
            "customers": {"deletionWindowInDays": 31},
            "invoices": ["id"],
            "abroad": {"partitionKey": "id", "keyUsers": ["arn:aws-cn:iam::111122223333:user/a"]},
        },
    )

    assert sorted(line.split(": ")[0] for line in told) == [
        "encrypted-tables:ephemeral",
        "encrypted-tables:tabels",
        "encrypted-tables:tables.abroad.keyUsers[0]",
        "encrypted-tables:tables.customers.deletionWindowInDays",
        "encrypted-tables:tables.customers.partitionKey",
        "encrypted-tables:tables.invoices",
        "encrypted-tables:tables.or",
        "encrypted-tables:tables.orders.keyUser",
        "encrypted-tables:tables.orders.keyUsers[1]",
        "encrypted-tables:tables.orders.partitionKey.type",
        "encrypted-tables:testUser",
    ]


def test_an_empty_map_of_tables_is_told() -> None:
    assert mistakes(tables={}) == ["encrypted-tables:tables: is empty; give at least 1."]


def test_a_users_name_is_told_in_words() -> None:
    (told,) = mistakes(testUser="not a name", tables={"orders": {"partitionKey": "id"}})

    assert told.startswith("encrypted-tables:testUser: 'not a name' is not a user's name: up to 64 letters")


@pytest.mark.parametrize("tables", ["orders", ["orders"], "7"])
def test_tables_of_the_wrong_shape_are_told(tables: object) -> None:
    (told,) = mistakes(tables=tables)

    assert told.startswith("encrypted-tables:tables: should be a map, found")


def test_what_only_shows_where_it_is_deployed_is_told_for_all_tables() -> None:
    told = mistakes(
        tables={
            "orders": {"partitionKey": "id", "keyUsers": ["arn:aws-cn:iam::111122223333:user/a"]},
            "customers": {"partitionKey": "id", "keyAlias": "orders", "replicaRegions": ["eu-west-1"]},
            "invoices": {"partitionKey": "id", "accountRootStatement": False},
        }
    )

    assert [line.split(": ")[0] for line in told] == [
        "encrypted-tables:tables.orders.keyUsers[0]",
        "encrypted-tables:tables.customers.replicaRegions[0]",
        "encrypted-tables:tables.invoices",
        "encrypted-tables:tables.customers.keyAlias",
    ]


def test_principals_that_the_stack_creates_are_waited_for() -> None:
    config = load(tables={"orders": {"partitionKey": "id", "keyUsers": ["user/ann", "user/bob"]}})
    arn = pulumi.Output.from_input("arn:aws:iam::111122223333:user/ann")

    args = table_args(config.tables["orders"], {"arn:aws:iam::111122223333:user/ann": arn}, CALLER)

    assert args["key_users"] == [arn, "user/bob"]


def test_a_name_that_two_tables_use_in_a_region_is_told_for_both_kinds_of_name() -> None:
    told = mistakes(
        tables={
            "orders": {
                "partitionKey": "id",
                "replicaRegions": ["us-east-1"],
                "additionalKeyAliases": ["sales"],
            },
            "archive": {"partitionKey": "id", "tableName": "orders", "keyAlias": "archive"},
            "away": {"partitionKey": "id", "region": "us-east-1", "keyAlias": "sales"},
        }
    )

    used = "is also used by the table 'orders' in"
    assert told == [
        f"encrypted-tables:tables.archive.tableName: 'orders' {used} eu-west-1.",
        f"encrypted-tables:tables.away.keyAlias: 'alias/sales' {used} us-east-1.",
    ]


def test_tables_of_different_regions_can_share_names() -> None:
    away = {"partitionKey": "id", "tableName": "orders", "region": "us-east-1"}

    config = load(tables={"orders": {"partitionKey": "id"}, "away": away})

    assert sorted(config.tables) == ["away", "orders"]


def test_a_secret_is_refused_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_SECRET_KEYS", json.dumps([f"{NAMESPACE}:tables", "other:token"]))

    told = mistakes(tables={"orders": {"partitionKey": "id", "keyUsers": ["hunter2"]}})

    assert [line.split(": ")[0] for line in told] == ["encrypted-tables:tables"]
    assert "without --secret" in told[0]
    assert "hunter2" not in told[0]


def test_a_hint_is_in_the_spelling_of_config() -> None:
    told = mistakes(tables={"orders": {"partitionKey": "id", "keyuser": []}}, table={})

    assert "encrypted-tables:tables.orders.keyuser: unknown setting; did you mean keyUsers?" in told
    assert "encrypted-tables:table: unknown setting; did you mean tables?" in told


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("keyUsers", "user/a"),
        ("keyUsers", {"a": "b"}),
        ("tags", ["a"]),
        ("keyPolicyStatements", {"Effect": "Deny"}),
        ("deletionWindowInDays", [7]),
        ("pointInTimeRecovery", "sometimes"),
        ("partitionKey", ["id"]),
        ("replicaRegions", "us-east-1"),
        ("tableName", {"name": "orders"}),
    ],
)
def test_a_setting_of_the_wrong_shape_is_told_with_what_is_expected(setting: str, value: object) -> None:
    (told,) = mistakes(tables={"orders": {"partitionKey": "id", setting: value}})

    assert told.startswith(f"encrypted-tables:tables.orders.{setting}: should be ")
    assert repr(value) in told or "Statements" in setting
