"""Finds the DynamoDB tables that a resource declares, in a uniform form."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from policies import resource_types as types
from policies.declared.branches import Case
from policies.declared.cloudformation import (
    CONTAINERS,
    CloudFormationResource,
    Unseen,
    cloudformation_resources,
)
from policies.declared.parameters import property_of
from policies.declared.resource import Resource
from policies.declared.values import UNKNOWN, Opaque, Unknown, Value, undecided_if_hidden


@dataclass(frozen=True)
class Encryption:
    """The encryption settings of a table as declared, with values of any type.

    `sse_type` is the kind of encryption, if this form of a table has one. `takes_key_id`: whether a bare key
    id is accepted as well as an ARN.
    """

    enabled: Value
    key: Value
    sse_type: Value = None
    takes_key_id: bool = False


@dataclass(frozen=True)
class Table:
    """A table, or a replica of one, that a resource declares.

    `place` describes it in messages; `property` is the input with its encryption. `encryption` is None if not
    declared. `barred` is the reason why this kind of table cannot use a customer managed key. `case` is the
    branch of its template, if any.
    """

    place: str
    property: str
    region: str | None
    encryption: Encryption | Unknown | None
    point_in_time_recovery: Value = None
    deletion_protection: Value = None
    is_replica: bool = False
    barred: str = ""
    case: Case | None = None


Declared = Table | Unseen


def declared_tables(resource: Resource) -> list[Declared]:
    """The tables that a resource declares, and places that may hide tables; none for other types."""
    read = READERS.get(resource.type)
    if read:
        return list(read(resource))
    found: list[Declared] = []
    for one in cloudformation_resources(resource):
        if isinstance(one, Unseen):
            found.append(one)
        elif one.type in CLOUDFORMATION_READERS:
            for case, declared in one.branches(CLOUDFORMATION_READERS[one.type]):
                found += [replace(table, case=case) for table in declared]
    return found


def inner(value: Value, name: str) -> Value:
    """A property of an object; unknown if the object is unknown, None if it is not an object."""
    if value is UNKNOWN:
        return UNKNOWN
    return value.get(name) if isinstance(value, Mapping) else None


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
    witness = p.get("globalTableWitness")
    yield from _witnesses([witness], lambda one: inner(one, "regionName"), "", "globalTableWitness")


def _server_side_encryption(block: Value) -> Encryption | Unknown | None:
    if block is None or block is UNKNOWN:
        return block
    return Encryption(inner(block, "enabled"), inner(block, "kmsKeyArn"))


def _replicas(replicas: Value) -> Iterator[Declared]:
    if replicas is None:
        return
    if not isinstance(replicas, list):
        unknown = replicas is UNKNOWN
        reason = "the replicas are unknown" if unknown else "the replicas are not a list"
        yield Unseen("replicas", reason, is_unknown=unknown, is_malformed=not unknown)
        return
    for number, replica in enumerate(replicas, start=1):
        region = inner(replica, "regionName")
        yield Table(
            f"The replica in {region}" if isinstance(region, str) else f"Replica {number}",
            "replicas",
            region if isinstance(region, str) else None,
            UNKNOWN if replica is UNKNOWN else Encryption(True, inner(replica, "kmsKeyArn")),
            inner(replica, "pointInTimeRecovery"),
            inner(replica, "deletionProtectionEnabled"),
            is_replica=True,
        )


def _witnesses(
    witnesses: Value,
    region_of: Callable[[Value], Value],
    of: str,
    property: str,  # noqa: A002  # Pulumi's own word for it
) -> Iterator[Declared]:
    """The witnesses of a global table: none can have a customer managed key."""
    for witness in witnesses if isinstance(witnesses, list) else [witnesses]:
        if witness is UNKNOWN or isinstance(witness, Opaque):
            yield Unseen(property, f"the witness{of} is unknown", is_unknown=witness is UNKNOWN)
        elif witness is not None:
            region = region_of(witness)
            where = f"The witness in {region}" if isinstance(region, str) else "The witness"
            barred = "a witness of a global table takes no KMS key. Use a third replica in its place"
            yield Table(f"{where}{of}", property, None, None, barred=barred)


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


def _legacy_global_table(_: Resource) -> Iterator[Declared]:
    reason = "it is of version 2017.11.29, which cannot use customer managed keys"
    yield Table("The global table", "", None, None, barred=reason)


def _cloudformation_table(r: CloudFormationResource) -> Iterator[Declared]:
    yield Table(
        f"The table {r.place}".strip(),
        r.property or "sseSpecification",
        r.region,
        _sse_specification(r.value("SSESpecification")),
        undecided_if_hidden(r.value("PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled")),
        undecided_if_hidden(r.value("DeletionProtectionEnabled")),
    )


def _sse_specification(specification: Value) -> Encryption | Unknown | None:
    if specification is None or specification is UNKNOWN:
        return specification
    if isinstance(specification, Opaque):
        return Encryption(specification, specification)
    enabled, key, kind = (
        property_of(specification, name) for name in ("SSEEnabled", "KMSMasterKeyId", "SSEType")
    )
    return Encryption(enabled, key, kind, takes_key_id=True)


def _cloudformation_global_table(r: CloudFormationResource) -> Iterator[Declared]:
    stated = r.resolved(r.node_in(r.properties, "GlobalTableWitnesses"))
    yield from _witnesses(
        [r.resolved(one) for one in stated] if isinstance(stated, list) else stated,
        lambda one: r.value_in(one, "Region"),
        f" of the global table {r.place}".rstrip(),
        r.property or "globalTableWitnesses",
    )
    replicas = r.resolved(r.node_in(r.properties, "Replicas"))
    if isinstance(replicas, list):
        resolved = [r.resolved(replica) for replica in replicas]
        yield from (_global_table_replica(r, one) for one in resolved if one is not None)
        return
    unknown = replicas is UNKNOWN
    reason = f"the replicas of the global table {r.place} are {replicas!r}"
    yield Unseen(r.property or "replicas", reason, is_unknown=unknown, is_malformed=not unknown)


def _global_table_replica(r: CloudFormationResource, replica: Value) -> Table:
    region = r.value_in(replica, "Region")
    key = r.value_in(replica, "SSESpecification", "KMSMasterKeyId")
    encryption = _sse_specification(r.value("SSESpecification"))
    if isinstance(encryption, Encryption):
        encryption = replace(encryption, key=key, takes_key_id=True)
    return Table(
        f"The replica in {region if isinstance(region, str) else 'an unknown Region'} "
        f"of the global table {r.place}".strip(),
        r.property or "replicas",
        region if isinstance(region, str) else None,
        encryption,
        undecided_if_hidden(
            r.value_in(replica, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled")
        ),
        undecided_if_hidden(r.value_in(replica, "DeletionProtectionEnabled")),
        is_replica=True,
    )


def _simple_table(r: CloudFormationResource) -> Iterator[Declared]:
    """A table of the Serverless Application Model; defaults come from the template's Globals."""
    defaults = inner(r.template.section("Globals"), "SimpleTable") if r.template else None
    yield from _cloudformation_table(replace(r, properties=_merged(defaults, r.properties)))


def _merged(defaults: Value, own: Value) -> Value:
    """Maps are merged, other values replaced; a function is not a map."""
    both = (defaults, own)
    if not all(
        isinstance(one, Mapping) and not any(str(key).startswith("Fn::") for key in one) for one in both
    ):
        return defaults if own is None else own
    return {name: _merged(defaults.get(name), own.get(name)) for name in {**defaults, **own}}


def least(values: Sequence[Value]) -> Value:
    """A possible value of a setting that is not true, if any."""
    return next((value for value in values if value is not True and value != "true"), True)


READERS: Mapping[str, Callable[[Resource], Iterator[Declared]]] = {
    types.TABLE: _table,
    types.TABLE_REPLICA: _table_replica,
    types.GLOBAL_TABLE: _legacy_global_table,
}
CLOUDFORMATION_READERS: Mapping[str, Callable[[CloudFormationResource], Iterator[Declared]]] = {
    "AWS::DynamoDB::Table": _cloudformation_table,
    "AWS::DynamoDB::GlobalTable": _cloudformation_global_table,
    "AWS::Serverless::SimpleTable": _simple_table,
    # Amplify's custom resource for tables has the properties of AWS::DynamoDB::Table.
    "Custom::AmplifyDynamoDBTable": _cloudformation_table,
}
TABLE_TYPES = frozenset(READERS) | {types.NATIVE_TABLE, types.NATIVE_GLOBAL_TABLE} | CONTAINERS
