"""What can be known to fail before anything is registered."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from .caller import Caller
from .key_access import preflight as key_preflight
from .key_policy import ProtectedTable
from .problems import Problem, problems_of, raise_problems
from .setting_types import region_of
from .table_settings import TableSettings


def validated(what: str, args: Mapping[str, Any]) -> TableSettings:
    """The settings in a component's arguments.

    Raises:
        SettingsError: some are wrong; each mistake is named with its path.
    """
    try:
        return TableSettings.model_validate({k: v for k, v in args.items() if v is not None})
    except ValidationError as error:
        raise_problems(what, problems_of(error, TableSettings))
        raise


def protected_table(name: str, settings: TableSettings, caller: Caller) -> ProtectedTable:
    """The table as its key policy speaks of it."""
    return ProtectedTable(
        settings.table_name or name, settings.region or caller.region, caller.scope, settings.multi_region
    )


def preflight(name: str, settings: TableSettings, caller: Caller) -> list[Problem]:
    """Mistakes that only show where the settings are deployed, and by whom."""
    table = protected_table(name, settings, caller)
    problems = key_preflight(settings, table, caller)
    if table.region in settings.replica_regions:
        number = settings.replica_regions.index(table.region)
        problems.append(
            Problem(("replicaRegions", number), f"{table.region!r} is the Region of the table itself.")
        )
    if isinstance(settings.key_arn, str) and region_of(settings.key_arn) != table.region:
        problems.append(
            Problem(
                ("keyArn",),
                f"is a key of {region_of(settings.key_arn)}, and the table is in {table.region}; "
                "a table's key is of its own Region.",
            )
        )
    return problems
