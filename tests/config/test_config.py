"""The stack's config: all mistakes in the file are reported together with their paths."""

import json
from typing import Any

import pulumi
import pytest

from components.caller import Caller
from components.principals import Scope
from components.settings_error import SettingsError
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


def test_a_table_needs_only_a_partition_key() -> None:
    config = load(tables={"orders": {"partitionKey": "id"}})

    assert config.tables["orders"].partition_key.name == "id"
    assert config.tables["orders"].ephemeral is False


def test_tables_of_an_ephemeral_stack_are_ephemeral_unless_set_otherwise() -> None:
    config = load(
        ephemeral="true",
        tables={"one": {"partitionKey": "id"}, "two": {"partitionKey": "id", "ephemeral": False}},
    )

    assert [config.tables[name].ephemeral for name in ("one", "two")] == [True, False]


def test_a_config_without_tables_gets_the_command_that_adds_one() -> None:
    (message,) = mistakes()

    assert message.startswith("encrypted-tables:tables: no tables are configured. Start with: pulumi config")


def test_settings_under_another_project_name_get_the_command_that_renames_them(
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


def test_all_mistakes_are_reported_together_with_their_paths() -> None:
    messages = mistakes(
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

    assert sorted(line.split(": ")[0] for line in messages) == [
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


def test_an_empty_map_of_tables_is_reported() -> None:
    assert mistakes(tables={}) == ["encrypted-tables:tables: is empty; give at least 1."]


def test_an_invalid_user_name_is_explained() -> None:
    (message,) = mistakes(testUser="not a name", tables={"orders": {"partitionKey": "id"}})

    assert message.startswith(
        "encrypted-tables:testUser: 'not a name' is not a user's name: up to 64 letters"
    )


@pytest.mark.parametrize("tables", ["orders", ["orders"], "7"])
def test_tables_of_the_wrong_type_are_reported(tables: object) -> None:
    (message,) = mistakes(tables=tables)

    assert message.startswith("encrypted-tables:tables: should be a map, found")


def test_mistakes_that_depend_on_the_account_are_reported_for_all_tables() -> None:
    messages = mistakes(
        tables={
            "orders": {"partitionKey": "id", "keyUsers": ["arn:aws-cn:iam::111122223333:user/a"]},
            "customers": {"partitionKey": "id", "keyAlias": "orders", "replicaRegions": ["eu-west-1"]},
            "invoices": {"partitionKey": "id", "accountRootStatement": False},
        }
    )

    assert [line.split(": ")[0] for line in messages] == [
        "encrypted-tables:tables.orders.keyUsers[0]",
        "encrypted-tables:tables.customers.replicaRegions[0]",
        "encrypted-tables:tables.invoices",
        "encrypted-tables:tables.customers.keyAlias",
    ]


def test_principals_that_the_stack_creates_are_created_before_the_key_policy() -> None:
    config = load(tables={"orders": {"partitionKey": "id", "keyUsers": ["user/ann", "user/bob"]}})
    arn = pulumi.Output.from_input("arn:aws:iam::111122223333:user/ann")

    args = table_args(config.tables["orders"], {"arn:aws:iam::111122223333:user/ann": arn}, CALLER)

    assert args["key_users"] == [arn, "user/bob"]


def test_duplicate_table_names_and_aliases_in_a_region_are_reported() -> None:
    messages = mistakes(
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
    assert messages == [
        f"encrypted-tables:tables.archive.tableName: 'orders' {used} eu-west-1.",
        f"encrypted-tables:tables.away.keyAlias: 'alias/sales' {used} us-east-1.",
    ]


def test_tables_of_different_regions_can_share_names() -> None:
    away = {"partitionKey": "id", "tableName": "orders", "region": "us-east-1"}

    config = load(tables={"orders": {"partitionKey": "id"}, "away": away})

    assert sorted(config.tables) == ["away", "orders"]


def test_a_secret_is_refused_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_SECRET_KEYS", json.dumps([f"{NAMESPACE}:tables", "other:token"]))

    messages = mistakes(tables={"orders": {"partitionKey": "id", "keyUsers": ["hunter2"]}})

    assert [line.split(": ")[0] for line in messages] == ["encrypted-tables:tables"]
    assert "without --secret" in messages[0]
    assert "hunter2" not in messages[0]


def test_hints_use_the_spelling_of_the_config() -> None:
    messages = mistakes(tables={"orders": {"partitionKey": "id", "keyuser": []}}, table={})

    assert "encrypted-tables:tables.orders.keyuser: unknown setting; did you mean keyUsers?" in messages
    assert "encrypted-tables:table: unknown setting; did you mean tables?" in messages


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
def test_a_setting_of_the_wrong_type_is_reported_with_the_expected_type(setting: str, value: object) -> None:
    (message,) = mistakes(tables={"orders": {"partitionKey": "id", setting: value}})

    assert message.startswith(f"encrypted-tables:tables.orders.{setting}: should be ")
    assert repr(value) in message or "Statements" in setting
