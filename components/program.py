"""The tables of one program, to find names that are used twice: table names and aliases are unique per
Region.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from .caller import Caller
from .per_program import PerProgram
from .preflight import protected_table
from .problems import Path, Problem
from .table_settings import TableSettings
from .valid_part import InvalidSettingError, found_by

Use = tuple[str, str, str, str]
"""A name in use: `table` or `alias`, the name, the Region and the account."""


@dataclass
class ProgramTables:
    """The tables that a program has created so far.

    Attributes:
        components: the names of their components.
        users: the component that uses each name.
    """

    components: set[str] = field(default_factory=set)
    users: dict[Use, str] = field(default_factory=dict)

    def problems(self, name: str, settings: TableSettings, caller: Caller) -> Iterable[Problem]:
        """Names of this table that another table of the program already uses."""
        for path, use in _uses(name, settings, caller):
            if user := self.users.get(use):
                yield Problem(path, f"{use[1]!r} is also used by the table {user!r} in {use[2]}.")

    def add(self, name: str, settings: TableSettings, caller: Caller) -> None:
        """Record a component's name and the names that its table uses."""
        self.components.add(name)
        self.users.update({use: name for _, use in _uses(name, settings, caller)})


this_program = PerProgram(ProgramTables)
"""The tables of the current program."""


def used_twice(tables: Mapping[str, TableSettings], caller: Caller) -> Iterable[Problem]:
    """Names that several tables of a config would use."""
    program = ProgramTables()
    for name, settings in tables.items():
        for problem in found_by(program.problems, name, settings, caller):
            yield problem.below("tables", name)
        with suppress(InvalidSettingError):
            program.add(name, settings, caller)


def _uses(name: str, settings: TableSettings, caller: Caller) -> Iterator[tuple[Path, Use]]:
    """The names that a table uses, with the setting that gives each one."""
    table = protected_table(name, settings, caller)
    account = caller.scope.account_id
    for region in sorted({table.region, *settings.replica_regions}):
        yield ("tableName",), ("table", table.name, region, account)
        if settings.key_arn is None:
            yield ("keyAlias",), ("alias", settings.alias_for(table.name), region, account)
            for alias in settings.additional_key_aliases:
                yield ("additionalKeyAliases",), ("alias", alias, region, account)
