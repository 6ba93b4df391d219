"""Every table to verify, in every Region it is in, with its key as it is now."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from verify.connections import Connections
from verify.declared import DeclaredTable
from verify.observe import Key, Table, Unknown, is_aws_managed_alias, observe_key, observe_table
from verify.parallel import Parallel


@dataclass(frozen=True)
class Place:
    """A table in one Region: where it was declared, or one of its replicas."""

    name: str
    region: str
    home_region: str
    declared: DeclaredTable | None
    """What the stack declares; None when only a table's name was given."""
    declared_key_arn: str | None
    table: Table | Unknown
    key: Key | Unknown | None
    """None for a key that is AWS's own and cannot be described: see `key_kind`."""
    backup_keys: tuple[Key | Unknown, ...] = ()
    """Keys other than the table's own that its backups need."""
    key_kind: str | None = field(init=False, default=None)
    """The kind of key in AWS's words; None when it is not known."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "key_kind", _kind(self.table, self.key))

    @property
    def is_replica(self) -> bool:
        """Whether this is a replica in another Region than the declared one."""
        return self.region != self.home_region


def _kind(table: Table | Unknown, key: Key | Unknown | None) -> str | None:
    if isinstance(table, Unknown) or isinstance(key, Unknown):
        return None
    if key is not None:
        return key.kind
    return "AWS owned key" if table.key_arn is None else "AWS managed key"


@dataclass(frozen=True)
class Target:
    """A table that was asked for."""

    name: str
    region: str
    declared: DeclaredTable | None = None


def survey(connections: Connections, targets: Iterable[Target], parallel: Parallel) -> list[Place]:
    """Read every table, each of its replicas, and each key once."""
    homes = [(target, target.region) for target in targets]
    read = partial(_table, connections)
    home_tables = parallel.map("reading tables", read, homes)
    replicas = [
        (target, region)
        for (target, _), table in zip(homes, home_tables, strict=True)
        for region in _replica_regions(target, table)
    ]
    tables = home_tables + parallel.map("reading replicas", read, replicas)
    keys = _keys(connections, tables, parallel)
    return [
        _place(target, region, table, keys)
        for (target, region), table in zip(homes + replicas, tables, strict=True)
    ]


def _table(connections: Connections, at: tuple[Target, str]) -> Table | Unknown:
    target, region = at
    return observe_table(connections, target.name, region)


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
    return sorted(arns - {table.key_arn or ""})


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
        backup_keys=tuple(keys[arn] for arn in _backup_key_arns(known) if arn in keys) if known else (),
    )
