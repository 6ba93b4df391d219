"""The DynamoDB tables that a resource declares, in one form for every way of writing them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from policies import resource_types
from policies.declared.values import UNKNOWN, Unknown, Value
from policies.judging.resource import Resource


@dataclass(frozen=True)
class Encryption:
    """What a table states about its encryption, unread: any type, or `UNKNOWN`.

    `enabled` and `key` are the values of those settings. `takes_key_id` tells whether this way of
    writing a table takes a bare key id as well as an ARN.
    """

    enabled: Value
    key: Value
    takes_key_id: bool = False


@dataclass(frozen=True)
class Table:
    """A table, or a replica of one, that a resource declares.

    `place` says which one, for messages; `property` is the resource's input that holds its
    encryption. `encryption` is None where none is stated. `barred` says why this kind of table
    can never use a customer managed key.
    """

    place: str
    property: str
    region: str | None
    encryption: Encryption | Unknown | None
    point_in_time_recovery: Value = None
    deletion_protection: Value = None
    is_replica: bool = False
    barred: str = ""


@dataclass(frozen=True)
class Unseen:
    """A place where tables may be declared that cannot be looked into, and why."""

    property: str
    reason: str
    may_be_known_later: bool = False


Declared = Table | Unseen


def declared_tables(resource: Resource) -> list[Declared]:
    """The tables that a resource declares; none for resources of other types."""
    read = READERS.get(resource.type)
    return list(read(resource)) if read else []


def _table(resource: Resource) -> Iterator[Declared]:
    p = resource.properties
    yield Table(
        "The table",
        "serverSideEncryption",
        resource.region,
        _server_side_encryption(p.get("serverSideEncryption")),
        inner(p.get("pointInTimeRecovery"), "enabled"),
        p.get("deletionProtectionEnabled"),
    )
    yield from _replicas(p.get("replicas"))


def _server_side_encryption(block: Value) -> Encryption | Unknown | None:
    if block is None or block is UNKNOWN:
        return block
    return Encryption(inner(block, "enabled"), inner(block, "kmsKeyArn"))


def _replicas(replicas: Value) -> Iterator[Declared]:
    if replicas is None:
        return
    if not isinstance(replicas, list):
        yield Unseen("replicas", f"the replicas are {replicas!r}", may_be_known_later=replicas is UNKNOWN)
        return
    for number, replica in enumerate(replicas):
        region = inner(replica, "regionName")
        yield Table(
            f"The replica in {region}" if isinstance(region, str) else f"Replica {number + 1}",
            "replicas",
            region if isinstance(region, str) else None,
            UNKNOWN if replica is UNKNOWN else Encryption(True, inner(replica, "kmsKeyArn")),
            inner(replica, "pointInTimeRecovery"),
            inner(replica, "deletionProtectionEnabled"),
            is_replica=True,
        )


def _table_replica(resource: Resource) -> Iterator[Declared]:
    p = resource.properties
    yield Table(
        "The replica",
        "kmsKeyArn",
        resource.region,
        Encryption(True, p.get("kmsKeyArn")),
        p.get("pointInTimeRecovery"),
        p.get("deletionProtectionEnabled"),
        is_replica=True,
    )


def _global_table(_: Resource) -> Iterator[Declared]:
    yield Table(
        "The global table",
        "",
        None,
        None,
        barred="it is of version 2017.11.29, which cannot use customer managed keys",
    )


def inner(value: Value, name: str) -> Value:
    """A property of an object; unknown where the object is, None where it is no object."""
    if value is UNKNOWN:
        return UNKNOWN
    return value.get(name) if isinstance(value, Mapping) else None


READERS: Mapping[str, Callable[[Resource], Iterator[Declared]]] = {
    resource_types.TABLE: _table,
    resource_types.TABLE_REPLICA: _table_replica,
    resource_types.GLOBAL_TABLE: _global_table,
}
TABLE_TYPES = frozenset(READERS)
