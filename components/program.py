"""The tables of one program: a Region has one table of a name, and one key with an alias."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import pulumi

from .caller import Caller
from .preflight import protected_table
from .problems import Path, Problem
from .table_settings import TableSettings

Use = tuple[str, str, str, str]
"""What is used: `table` or `alias`, its name, its Region and the account."""


@dataclass
class ProgramTables:
    """The tables of a program so far.

    Attributes:
        components: the names of their components.
        users: who uses what.
    """

    components: set[str] = field(default_factory=set)
    users: dict[Use, str] = field(default_factory=dict)

    def problems(self, name: str, settings: TableSettings, caller: Caller) -> Iterable[Problem]:
        """What the table would use that another table of the program uses already."""
        for path, use in _uses(name, settings, caller):
            user = self.users.setdefault(use, name)
            if user != name or name in self.components:
                yield Problem(path, f"{use[1]!r} is used by the table {user!r} in {use[2]} as well.")

    def add(self, name: str) -> None:
        """Note that the program has a component of this name."""
        self.components.add(name)


def this_program() -> ProgramTables:
    """The tables of the program that runs. A component provider serves several programs in one process."""
    return _programs.setdefault(pulumi.runtime.settings.get_monitor(), ProgramTables())


def used_twice(tables: Mapping[str, TableSettings], caller: Caller) -> Iterable[Problem]:
    """What several tables of a config would use."""
    program = ProgramTables()
    for name, settings in tables.items():
        yield from (problem.below("tables", name) for problem in program.problems(name, settings, caller))
        program.add(name)


_programs: WeakKeyDictionary[Any, ProgramTables] = WeakKeyDictionary()


def _uses(name: str, settings: TableSettings, caller: Caller) -> Iterator[tuple[Path, Use]]:
    """What is used, with the setting that names it."""
    table = protected_table(name, settings, caller)
    account = caller.scope.account_id
    for region in sorted({table.region, *settings.replica_regions}):
        yield ("tableName",), ("table", table.name, region, account)
        if settings.key_arn is None:
            yield ("keyAlias",), ("alias", settings.alias_for(table.name), region, account)
            for alias in settings.additional_key_aliases:
                yield ("additionalKeyAliases",), ("alias", alias, region, account)
