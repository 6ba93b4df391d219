"""The stack's config, `Pulumi.<stack>.yaml`, as models; validated before any resource is registered."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

import pulumi
from pulumi.runtime.config import get_config_secret_keys_env
from pydantic import Field, ValidationInfo, field_validator

from components import EncryptedTableArgs
from components.caller import Caller
from components.preflight import is_table_name, preflight
from components.principals import canonical_principal
from components.problems import Problem, raise_problems, read_settings
from components.program import used_twice
from components.setting_types import ResourceName, Settings, UserName
from components.table_settings import TableSettings
from first_table import TABLE, as_given, problems_of_first_table, with_first_table

_PEOPLE = ("key_administrators", "key_users", "expected_key_users", "key_service_users", "deployers")


class StackConfig(Settings):
    """The settings of a stack."""

    ephemeral: bool = False
    """Whether the stack's tables and keys may be destroyed. False when left out."""

    tables: dict[ResourceName, TableSettings] = Field(min_length=1)
    """The tables, by their names in DynamoDB."""

    test_user: UserName | None = None
    """The name of a user with access to DynamoDB but to no key. No user is created when left out."""

    @field_validator("tables")
    @classmethod
    def _are_as_ephemeral_as_the_stack(
        cls, tables: dict[str, TableSettings], info: ValidationInfo
    ) -> dict[str, TableSettings]:
        shared = {"ephemeral": info.data.get("ephemeral", False)}
        return {
            name: table if "ephemeral" in table.model_fields_set else table.model_copy(update=shared)
            for name, table in tables.items()
        }


def named_deployers(config: pulumi.Config) -> list[object]:
    """The deployers in the stack's config, before validation."""
    tables = with_first_table(_given(config)).get("tables")
    settings = tables.values() if isinstance(tables, dict) else ()
    lists = (table.get("deployers") for table in settings if isinstance(table, dict))
    return [deployer for deployers in lists if isinstance(deployers, list) for deployer in deployers]


def load_config(config: pulumi.Config, caller: Caller) -> StackConfig:
    """The stack's config, validated on its own and for the account, Region and caller that deploy it.

    Raises:
        SettingsError: the config is missing or invalid. It lists each mistake with its path.
    """
    where = f"Pulumi.{pulumi.get_stack()}.yaml cannot be used"
    raise_problems(where, _secrets(config))
    given = _given(config)

    def refuse(problems: Iterable[Problem]) -> None:
        found = (as_given(problem, given) for problem in problems)
        raise_problems(where, [_in_namespace(config.name, problem) for problem in found])

    refuse(problems_of_first_table(given))
    values = with_first_table(given)
    if "tables" not in values:
        raise_problems(where, [_no_table(config.name)])
    found, problems = read_settings(values, StackConfig)
    tables = _valid_part_of_tables(values) if problems else found.tables
    refuse([*problems, *_problems_of_tables(tables, caller)])
    return found


def _valid_part_of_tables(values: Mapping[str, Any]) -> dict[str, TableSettings]:
    """Each table's settings, as far as they are valid."""
    tables = values["tables"]
    given = tables.items() if isinstance(tables, dict) else ()
    return {
        name: read_settings(table, TableSettings)[0]
        for name, table in given
        if isinstance(table, dict) and is_table_name(name)
    }


def _problems_of_tables(tables: Mapping[str, TableSettings], caller: Caller) -> Iterable[Problem]:
    """Problems between settings, and those that depend on the account, Region and caller."""
    for name, settings in tables.items():
        yield from (problem.below("tables", name) for problem in preflight(name, settings, caller))
    yield from used_twice(tables, caller)


def table_args(
    settings: TableSettings, created: Mapping[str, pulumi.Output[str]], caller: Caller
) -> EncryptedTableArgs:
    """A component's arguments, which depend on the principals that the stack creates.

    Args:
        settings: the table's settings.
        created: the ARN that each created principal will have, and the output that gives it.
        caller: who deploys.
    """
    args = settings.model_dump(exclude_unset=True, by_alias=False)
    if (
        settings.key_arn is None and not settings.application_access
    ):  # this program creates no grants, so deployers do not need the permission
        args.setdefault("application_grants", False)
    for people in _PEOPLE:
        if args.get(people):
            args[people] = [_created(entry, created, caller) for entry in args[people]]
    return cast("EncryptedTableArgs", args)


def _created(entry: Any, created: Mapping[str, pulumi.Output[str]], caller: Caller) -> Any:  # noqa: ANN401  # a text or a map
    """The entry, with the output of the principal if the stack creates it."""
    if isinstance(entry, dict):
        return {**entry, "principal": _created(entry["principal"], created, caller)}
    return created.get(canonical_principal(entry, caller.scope), entry)


def _no_table(namespace: str) -> Problem:
    """The config has no table, or one for a project of another name."""
    for key in sorted(pulumi.runtime.get_config_env()):
        other, _, name = key.partition(":")
        if name in ("tables", TABLE):
            file = f"Pulumi.{pulumi.get_stack()}.yaml"
            rename = f"sed -i.before 's/{other}:/{namespace}:/' {file}"
            return Problem(
                (key,), f"is a setting of a project named {other}; this one is {namespace}. Run: {rename}"
            )
    begin = f"pulumi config set --path '{namespace}:tables.NAME.partitionKey' id"
    return Problem((f"{namespace}:tables",), f"no tables are configured. Start with: {begin}")


def _given(config: pulumi.Config) -> dict[str, Any]:
    """All config values of this project, parsed, including unknown settings."""
    prefix = f"{config.name}:"
    return {
        key.removeprefix(prefix): _parsed(text)
        for key, text in sorted(pulumi.runtime.get_config_env().items())
        if key.startswith(prefix)
    }


def _secrets(config: pulumi.Config) -> list[Problem]:
    """Problems with settings that are set as secrets. They would be exposed in policies, outputs and
    messages.
    """
    return [
        Problem((key,), "is a secret, but policies and outputs show it. Set it without --secret.")
        for key in sorted(get_config_secret_keys_env())
        if key.startswith(f"{config.name}:")
    ]


def _parsed(text: str) -> Any:  # noqa: ANN401  # whatever is in the file
    """The engine passes maps and lists as JSON, everything else as text."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, dict | list) else text


def _in_namespace(namespace: str, problem: Problem) -> Problem:
    first, *rest = problem.path or ("tables",)
    return Problem((f"{namespace}:{first}", *rest), problem.message)
