"""Checks an encrypted table before any of its resources is registered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from .application_settings import application_roles
from .caller import Caller, CallerError, aws_provider, current_caller
from .key_access import named_people
from .key_policy import ProtectedTable
from .preflight import preflight, protected_table
from .principal_lookup import Identities
from .problems import Problem, as_map, raise_problems, read_settings
from .program import this_program
from .table_settings import TableSettings
from .valid_part import found_by, readable


@dataclass(frozen=True)
class CheckedTable:
    """A table without known problems.

    Attributes:
        name: the component's name; resource names begin with it.
        settings: the table's settings.
        place: the table's name, Region and account.
        caller: who deploys.
        identities: looks up principals in IAM.
        absent: principals that do not exist yet; only in previews, which may run before they are created.
    """

    name: str
    settings: TableSettings
    place: ProtectedTable
    caller: Caller
    identities: Identities
    absent: Sequence[Problem]

    @property
    def what(self) -> str:
        """The component in messages."""
        return _what(self.name)


def checked_table(name: str, args: object, opts: pulumi.ResourceOptions | None) -> CheckedTable:
    """The table with these arguments. Records the names that it uses.

    Raises:
        SettingsError: there are problems. Lists all of them.
        CallerError: AWS does not say who deploys.
    """
    what = _what(name)
    settings, problems = read_settings(as_map(what, args), TableSettings)
    caller = _caller(what, settings, problems, opts)
    program = this_program()
    identities = Identities(caller, aws_provider(opts))
    problems += preflight(name, settings, caller)
    problems += found_by(program.problems, name, settings, caller)
    absent = [*identities.problems(_named(settings))]
    raise_problems(what, problems if pulumi.runtime.is_dry_run() else [*problems, *absent])
    program.add(name, settings, caller)
    place = protected_table(name, settings, caller)
    return CheckedTable(name, settings, place, caller, identities, absent)


def _what(name: str) -> str:
    return f"EncryptedTable {name!r}"


def _named(settings: TableSettings) -> Mapping[tuple[str | int, ...], object]:
    """The principals that the settings name, by path."""
    applications = readable(settings, ["application_access"]).get("application_access", {})
    return {**named_people(settings), **application_roles(applications)}


def _caller(
    what: str, settings: TableSettings, problems: Sequence[Problem], opts: pulumi.ResourceOptions | None
) -> Caller:
    """Who deploys the table.

    Raises:
        SettingsError: the settings have problems, and AWS does not say who deploys.
        CallerError: AWS does not say who deploys.
    """
    named = readable(settings, ["deployers"]).get("deployers")
    try:
        return current_caller(opts, named if isinstance(named, tuple) else ())
    except CallerError:
        raise_problems(what, problems)
        raise
