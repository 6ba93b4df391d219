"""Finds what is known to fail before any resource is registered."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError

from .alarms import alarm_problems
from .application_access import of_another_account
from .application_settings import application_roles
from .caller import Caller
from .former_names import is_name_of_child
from .inputs import has_output
from .key_access import preflight as key_preflight
from .key_policy import ProtectedTable
from .principals import PrincipalError, account_of, canonical_principal
from .problems import Path, Problem
from .regions import area_of, partition_of
from .setting_rules import RULES
from .setting_types import Alias, ResourceName, region_of
from .table_policy import MAXIMUM_BYTES, policy_document
from .table_settings import TableSettings
from .valid_part import found_by

Check = Callable[[str, TableSettings, Caller], Iterable[Problem]]


def preflight(name: str, settings: TableSettings, caller: Caller) -> list[Problem]:
    """Problems between settings, and those that depend on the account, Region and deploying principal."""
    return [problem for check in _CHECKS for problem in found_by(check, name, settings, caller)]


def rule_problems(settings: TableSettings) -> Iterator[Problem]:
    """Problems between settings."""
    for rule in RULES:
        for message in found_by(rule, settings):
            yield Problem((), f"{message}.")


def protected_table(name: str, settings: TableSettings, caller: Caller) -> ProtectedTable:
    """The table that the key policy refers to."""
    return ProtectedTable(
        settings.table_name or name, settings.region or caller.region, caller.scope, settings.multi_region
    )


def _of_name(name: str, settings: TableSettings, _: Caller) -> Iterator[Problem]:
    """The default name, which is the component's but has the limits of DynamoDB."""
    if settings.table_name is None and not is_table_name(name):
        yield Problem(
            ("tableName",),
            f"is left out, and {name!r} is not a name for DynamoDB: 3 to 255 letters, digits, `_`, `.` "
            "and `-`. Give one.",
        )


def _of_aliases(name: str, settings: TableSettings, caller: Caller) -> Iterator[Problem]:
    if settings.key_arn is not None:
        return
    main = settings.alias_for(protected_table(name, settings, caller).name)
    if settings.key_alias is None and not _is(_ALIAS, main):
        yield Problem(
            ("keyAlias",), f"is left out, and {main!r} is not an alias: up to 250 characters. Give one."
        )
    aliases = [main, *settings.additional_key_aliases]
    for number, alias in enumerate(settings.additional_key_aliases):
        if alias in aliases[: number + 1]:
            yield Problem(("additionalKeyAliases", number), f"{alias!r} is already an alias of the key.")


def _of_former_names(name: str, settings: TableSettings, _: Caller) -> Iterator[Problem]:
    for child in settings.former_names:
        if not is_name_of_child(child, name):
            yield Problem(
                ("formerNames", child),
                f"is not the name of a resource of this component, such as {f'{name}-table'!r}, "
                f"{f'{name}-key'!r} or {f'{name}-alias'!r}.",
            )


def _of_key(name: str, settings: TableSettings, caller: Caller) -> Iterable[Problem]:
    return key_preflight(settings, protected_table(name, settings, caller), caller)


def _of_applications(_: str, settings: TableSettings, caller: Caller) -> Iterator[Problem]:
    for path, role in application_roles(settings.application_access).items():
        if not isinstance(role, str):
            continue
        try:
            arn = canonical_principal(role, caller.scope)
        except PrincipalError as error:
            yield Problem(path, str(error))
            continue
        if not caller.scope.owns(arn):
            yield Problem(path, of_another_account(arn, caller.scope.account_id))


def _of_regions(_: str, settings: TableSettings, caller: Caller) -> Iterator[Problem]:
    """Regions of another partition, or of no part of the world that can be strongly consistent."""
    own = settings.region or caller.region
    places: dict[Path, str] = {("region",): own} | {
        ("replicaRegions", number): region for number, region in enumerate(settings.replica_regions)
    }
    for path, region in places.items():
        if (partition := partition_of(region)) != caller.scope.partition:
            yield Problem(
                path,
                f"{region!r} is in the partition {partition}, but the account is in "
                f"{caller.scope.partition}.",
            )
        if path != ("region",) and region == caller.region and settings.region is None:
            yield Problem(path, f"{region!r} is the table's own Region.")
        if settings.replica_consistency == "STRONG" and area_of(region) != area_of(own):
            yield Problem(
                path,
                f"{region!r} and {own!r} are in different parts of the world; replicaConsistency STRONG "
                "needs three Regions in the same part.",
            )


def _of_sources(name: str, settings: TableSettings, caller: Caller) -> Iterator[Problem]:
    """ARNs of keys, tables and backups that DynamoDB cannot use for this table."""
    table = protected_table(name, settings, caller)
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
    scope = table.scope
    for path, found in (keys | sources).items():
        if not isinstance(found, str):
            continue
        if account_of(found) != scope.account_id:
            yield Problem(
                path,
                f"is in account {account_of(found)}, but the table is in {scope.account_id}; give one in "
                f"{scope.account_id}.",
            )
        elif (partition := found.split(":")[1]) != scope.partition:
            yield Problem(path, f"is in the partition {partition}, but the table is in {scope.partition}.")
    if source and source.table_arn == table.arn:
        yield Problem(("restoreFrom", "tableArn"), "is the table itself; restore it under another name.")
    if source and source.date_time and source.date_time > datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"):
        yield Problem(
            ("restoreFrom", "dateTime"),
            f"is {source.date_time}, which is in the future; give a time before now.",
        )


def _of_table_policy(name: str, settings: TableSettings, caller: Caller) -> Iterator[Problem]:
    statements = settings.resource_policy_statements
    if not statements or has_output(statements):
        return
    size = len(policy_document(protected_table(name, settings, caller).arn, statements).encode())
    if size > MAXIMUM_BYTES:
        yield Problem(
            ("resourcePolicyStatements",),
            f"make a policy of {size:,} bytes, but DynamoDB accepts at most {MAXIMUM_BYTES:,}.",
        )


def _of_alarms(name: str, settings: TableSettings, caller: Caller) -> Iterable[Problem]:
    return alarm_problems(settings, protected_table(name, settings, caller), caller)


_CHECKS: tuple[Check, ...] = (
    lambda _, settings, __: rule_problems(settings),
    _of_name,
    _of_aliases,
    _of_former_names,
    _of_key,
    _of_applications,
    _of_regions,
    _of_sources,
    _of_table_policy,
    _of_alarms,
)
_TABLE_NAME: TypeAdapter[str] = TypeAdapter(ResourceName)
_ALIAS: TypeAdapter[str] = TypeAdapter(Alias)


def is_table_name(name: str) -> bool:
    """Whether a table can have this name."""
    return _is(_TABLE_NAME, name)


def _is(kind: TypeAdapter[str], value: str) -> bool:
    try:
        kind.validate_python(value)
    except ValidationError:
        return False
    return True
