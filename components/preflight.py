"""Finds what is known to fail before any resource is registered."""

from collections.abc import Iterable
from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError

from .alarms import alarm_problems
from .caller import Caller
from .key_access import preflight as key_preflight
from .key_policy import ProtectedTable
from .principals import account_of
from .problems import Problem
from .setting_types import Alias, ResourceName, region_of
from .table_settings import TableSettings


def protected_table(name: str, settings: TableSettings, caller: Caller) -> ProtectedTable:
    """The table that the key policy refers to."""
    return ProtectedTable(
        settings.table_name or name, settings.region or caller.region, caller.scope, settings.multi_region
    )


def preflight(name: str, settings: TableSettings, caller: Caller) -> list[Problem]:
    """Problems that depend on the account, Region and deploying principal."""
    table = protected_table(name, settings, caller)
    problems = [
        *_name_problems(name, settings),
        *_alias_problems(settings, table),
        *key_preflight(settings, table, caller),
    ]
    if table.region in settings.replica_regions:
        number = settings.replica_regions.index(table.region)
        problems.append(Problem(("replicaRegions", number), f"{table.region!r} is the table's own Region."))
    problems.extend(_source_problems(settings, table))
    problems.extend(alarm_problems(settings, table, caller))
    return problems


def _source_problems(settings: TableSettings, table: ProtectedTable) -> Iterable[Problem]:
    """Problems with ARNs of keys, tables and backups that DynamoDB cannot use for this table."""
    account = table.scope.account_id
    arn = settings.key_arn
    if isinstance(arn, str) and region_of(arn) != table.region:
        yield Problem(
            ("keyArn",),
            f"is a key in {region_of(arn)}, but the table is in {table.region}; "
            "give a key in the table's Region.",
        )
    source = settings.restore_from
    keys = {("keyArn",): arn} | {("replicaKeyArns", r): key for r, key in settings.replica_key_arns.items()}
    sources = (
        {("restoreFrom", "tableArn"): source.table_arn, ("restoreFrom", "backupArn"): source.backup_arn}
        if source
        else {}
    )
    for path, found in (keys | sources).items():
        if isinstance(found, str) and account_of(found) != account:
            yield Problem(
                path,
                f"is in account {account_of(found)}, but the table is in {account}; give one in {account}.",
            )
    if source and source.date_time and source.date_time > datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"):
        yield Problem(
            ("restoreFrom", "dateTime"),
            f"is {source.date_time}, which is in the future; give a time before now.",
        )


def _name_problems(name: str, settings: TableSettings) -> Iterable[Problem]:
    """Problems with default names, which are derived from other names but have the same limits."""
    if settings.table_name is None and not _is(_TABLE_NAME, name):
        yield Problem(
            ("tableName",),
            f"is left out, and {name!r} is not a name for DynamoDB: 3 to 255 letters, digits, `_`, `.` "
            "and `-`. Give one.",
        )


def _alias_problems(settings: TableSettings, table: ProtectedTable) -> Iterable[Problem]:
    if settings.key_arn is not None:
        return
    main = settings.alias_for(table.name)
    if settings.key_alias is None and not _is(_ALIAS, main):
        yield Problem(
            ("keyAlias",), f"is left out, and {main!r} is not an alias: up to 250 characters. Give one."
        )
    aliases = [main, *settings.additional_key_aliases]
    for number, alias in enumerate(settings.additional_key_aliases):
        if alias in aliases[: number + 1]:
            yield Problem(("additionalKeyAliases", number), f"{alias!r} is already an alias of the key.")


_TABLE_NAME: TypeAdapter[str] = TypeAdapter(ResourceName)
_ALIAS: TypeAdapter[str] = TypeAdapter(Alias)


def _is(kind: TypeAdapter[str], value: str) -> bool:
    try:
        kind.validate_python(value)
    except ValidationError:
        return False
    return True
