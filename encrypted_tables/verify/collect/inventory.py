"""Reads the tables to verify, in each of their Regions, with their keys."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from encrypted_tables.verify.collect.connections import Connections
from encrypted_tables.verify.collect.declared import DeclaredTable
from encrypted_tables.verify.collect.observe import (
    Key,
    Table,
    Unknown,
    is_aws_managed_alias,
    observe_key,
    observe_table,
)
from encrypted_tables.verify.collect.parallel import Parallel


@dataclass(frozen=True)
class Place:
    """A table in one Region: the declared one, or a replica's."""

    name: str
    region: str
    home_region: str
    declared: DeclaredTable | None
    """The stack's declaration; None if only a table name was given."""
    declared_key_arn: str | None
    table: Table | Unknown
    key: Key | Unknown | None
    """None for an AWS owned key, and for an AWS managed key that cannot be described; see `key_kind`."""
    backup_keys: tuple[Key | Unknown, ...] = ()
    """Other keys, which the table's backups need."""
    key_kind: str | None = field(init=False, default=None)
    """The kind of key in AWS's terms; None if unknown."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "key_kind", _kind(self.table, self.key))

    @property
    def is_replica(self) -> bool:
        """Whether this is a replica, in another Region than the declared one."""
        return self.region != self.home_region

    def roles_of(self, principal: str) -> list[str]:
        """The declared roles of a principal on the table, sorted."""
        return sorted(self.declared.roles_of(principal)) if self.declared else []

    def backup_key(self, key_arn: str) -> Key | Unknown | None:
        """The key with this ARN, if a backup of the table needs it; None for an AWS key."""
        arns = [] if isinstance(self.table, Unknown) else _backup_key_arns(self.table)
        return dict(zip(arns, self.backup_keys, strict=True)).get(key_arn)


def _kind(table: Table | Unknown, key: Key | Unknown | None) -> str | None:
    if isinstance(table, Unknown) or isinstance(key, Unknown):
        return None
    if key is not None:
        return key.kind
    return "AWS owned key" if table.key_arn is None else "AWS managed key"


@dataclass(frozen=True)
class Target:
    """A table to verify."""

    name: str
    region: str
    declared: DeclaredTable | None = None


def survey(connections: Connections, targets: Iterable[Target], parallel: Parallel) -> list[Place]:
    """Read every table with its replicas, and each key once."""
    found = survey_tables(connections, targets, parallel)
    keys = _keys(connections, (one.table for one in found), parallel)
    return [_place(one.target, one.region, one.table, keys) for one in found]


class Found(NamedTuple):
    """A table to verify, as it was read in one Region."""

    target: Target
    region: str
    table: Table | Unknown


def survey_tables(connections: Connections, targets: Iterable[Target], parallel: Parallel) -> list[Found]:
    """Read every table with its replicas."""

    def read(at: tuple[Target, str]) -> Found:
        return Found(*at, observe_table(connections, at[0].name, at[1]))

    homes = [_named(one) for one in parallel.map("reading tables", read, [(t, t.region) for t in targets])]
    replicas = [(one.target, region) for one in homes for region in _replica_regions(one.target, one.table)]
    return homes + parallel.map("reading replicas", read, replicas)


def _named(found: Found) -> Found:
    """The same with the table's name instead of its ARN, because replicas have other ARNs."""
    if isinstance(found.table, Unknown):
        return found
    return found._replace(target=replace(found.target, name=found.table.name))


def _replica_regions(target: Target, table: Table | Unknown) -> list[str]:
    declared = set(target.declared.replicas) if target.declared else set()
    actual = set() if isinstance(table, Unknown) else set(table.replica_regions)
    return sorted((declared | actual) - {target.region})


def _keys(
    connections: Connections, tables: Iterable[Table | Unknown], parallel: Parallel
) -> dict[str, Key | Unknown]:
    arns = sorted({arn for table in tables for arn in _key_arns(table) if not is_aws_managed_alias(arn)})
    read = parallel.map("reading keys", lambda arn: observe_key(connections, arn), arns)
    return dict(zip(arns, read, strict=True))


def _key_arns(table: Table | Unknown) -> list[str]:
    if isinstance(table, Unknown):
        return []
    return ([table.key_arn] if table.key_arn else []) + _backup_key_arns(table)


def _backup_key_arns(table: Table) -> list[str]:
    backups = () if isinstance(table.backups, Unknown) else table.backups
    arns = {backup.key_arn for backup in backups if isinstance(backup.key_arn, str)}
    return sorted(arn for arn in arns - {table.key_arn or ""} if not is_aws_managed_alias(arn))


def _place(target: Target, region: str, table: Table | Unknown, keys: dict[str, Key | Unknown]) -> Place:
    declared = target.declared
    declared_key = declared.key_arn if declared else None
    if declared and region != target.region:
        declared_key = declared.replicas[region].key_arn if region in declared.replicas else None
    known = None if isinstance(table, Unknown) else table
    return Place(
        name=target.name,
        region=region,
        home_region=target.region,
        declared=declared,
        declared_key_arn=declared_key,
        table=table,
        key=keys.get(known.key_arn) if known and known.key_arn else None,
        backup_keys=tuple(keys[arn] for arn in _backup_key_arns(known)) if known else (),
    )
