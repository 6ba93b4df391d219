"""The tables and replicas of a stack, each with its key and policies."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from encrypted_tables.access_diff.collect.access_model import Key, KeyKind, Table, TableId, TableKey
from encrypted_tables.access_diff.collect.indexes import Indexes
from encrypted_tables.access_diff.collect.keys import References
from encrypted_tables.access_diff.collect.policies import read_policy
from encrypted_tables.access_diff.collect.stack_resources import StackResources
from encrypted_tables.access_diff.collect.unresolved import Unresolved
from encrypted_tables.engine.preview import Resource
from encrypted_tables.engine.resource_types import TABLE, TABLE_POLICY, TABLE_REPLICA
from encrypted_tables.engine.unknown import Unknown
from encrypted_tables.iam.documents import as_list
from encrypted_tables.iam.policy import NOT_KNOWN

UNKNOWN_STREAM = "unknown"


@dataclass(frozen=True)
class Tables:
    """Reads tables and replicas, each with its key."""

    stack: StackResources
    references: References
    keys: Mapping[str, Key]

    def __iter__(self) -> Iterator[Table]:
        for resource in self.stack.of([TABLE]):
            region = self.stack.region_of(resource)
            name = self.stack.value(resource, "name")
            if not isinstance(name, str):
                name = resource.id or f"{resource.name} (name not known yet)"
            key = self._key_of_table(resource, region)
            account = self.stack.account_of(resource)
            yield self._table(name, region, key, account, stream_arn=self._stream_arn(resource))
            for replica in as_list(self.stack.set_by(resource, "replicas")):
                replica_region = replica.get("regionName") if isinstance(replica, Mapping) else None
                if isinstance(replica_region, str):
                    replica_key = self._key_of_replica(resource, replica, key)
                    yield self._table(name, replica_region, replica_key, account, stream_arn=UNKNOWN_STREAM)
                else:
                    reason = "one of its replicas is known only after the update"
                    unknown_key = TableKey(KeyKind.CUSTOMER_MANAGED, None, reason)
                    yield self._table(name, "a Region not known yet", unknown_key, account)
        for resource in self.stack.of([TABLE_REPLICA]):
            yield self._separate_replica(resource)

    @cached_property
    def _indexes(self) -> Indexes:
        return Indexes(self.stack)

    def _stream_arn(self, resource: Resource) -> str:
        """The ARN of the table's stream; empty without one. DynamoDB enables that of a global table."""
        arn = resource.outputs.get("streamArn")
        has_stream = self.stack.value(resource, "streamEnabled") is True
        if not (has_stream or as_list(self.stack.set_by(resource, "replicas"))):
            return ""
        return arn if isinstance(arn, str) and arn else UNKNOWN_STREAM

    def _table(
        self, name: str, region: str, key: TableKey, account: str = "", *, stream_arn: str = ""
    ) -> Table:
        account = account or self.stack.account
        arn = f"arn:{self.stack.partition}:dynamodb:{region or NOT_KNOWN}:{account or NOT_KNOWN}:table/{name}"
        indexes = self._indexes.of(name)
        if stream_arn == UNKNOWN_STREAM:
            stream_arn = f"{arn}/stream/{NOT_KNOWN}"
        return Table(name, region, arn, account, key, indexes=indexes, stream_arn=stream_arn)

    def _key_of_table(self, resource: Resource, region: str) -> TableKey:
        encryption = self.stack.value(resource, "serverSideEncryption")
        if isinstance(encryption, Unknown) and "serverSideEncryption" in resource.inputs:
            return TableKey(KeyKind.CUSTOMER_MANAGED, None, f"its encryption is {encryption.value}")
        if isinstance(encryption, Unknown):
            return TableKey(KeyKind.AWS_OWNED)  # not set: DynamoDB's default
        encryption = next(iter(as_list(encryption)), None)
        wanted = next(iter(as_list(resource.inputs.get("serverSideEncryption"))), None)
        if isinstance(wanted, Mapping) and wanted.get("enabled") is True and not wanted.get("kmsKeyArn"):
            return TableKey(KeyKind.AWS_MANAGED)  # the state may have that key's ARN
        if not isinstance(encryption, Mapping) or encryption.get("enabled") is False:
            return TableKey(KeyKind.AWS_OWNED)
        value = encryption.get("kmsKeyArn")
        if not value:
            return TableKey(KeyKind.AWS_MANAGED)
        return self._key(resource, "serverSideEncryption", value, region)

    def _key_of_replica(self, table: Resource, replica: Mapping[str, Any], of_table: TableKey) -> TableKey:
        value = replica.get("kmsKeyArn")
        if value:
            return self._key(table, "replicas", value, replica["regionName"])
        if of_table.kind is KeyKind.CUSTOMER_MANAGED:
            return TableKey(KeyKind.CUSTOMER_MANAGED, None, "the key of the replica is not set")
        return of_table

    def _separate_replica(self, resource: Resource) -> Table:
        stack = self.stack
        arn = stack.value(resource, "globalTableArn")
        region = stack.region_of(resource)
        name = arn.rsplit("/", 1)[-1] if isinstance(arn, str) else _name_by_dependency(stack, resource)
        value = stack.value(resource, "kmsKeyArn")
        key = self._key(resource, "kmsKeyArn", value, region) if value else TableKey(KeyKind.AWS_OWNED)
        return self._table(name, region, key, stream_arn=UNKNOWN_STREAM)

    def _key(self, resource: Resource, name: str, value: Any, region: str) -> TableKey:  # noqa: ANN401  # JSON
        if not isinstance(value, str | Unknown):
            return TableKey(KeyKind.CUSTOMER_MANAGED, None, f"its kmsKeyArn is not an ARN but {value}")
        if isinstance(value, str) and "alias/aws/" in value:
            return TableKey(KeyKind.AWS_MANAGED)
        urn = self.references.key(resource, name, value, region)
        if urn in self.keys:
            return TableKey(KeyKind.CUSTOMER_MANAGED, self.keys[str(urn)])
        if isinstance(value, Unknown):
            return TableKey(KeyKind.CUSTOMER_MANAGED, None, f"its key is {value.value}")
        reason = f"the policy of its key {value} is not in this stack"
        return TableKey(KeyKind.CUSTOMER_MANAGED, None, reason, value)


def _name_by_dependency(stack: StackResources, resource: Resource) -> str:
    urns = resource.dependencies.get("globalTableArn", ())
    tables = [stack.resources[urn] for urn in urns if urn in stack.resources]
    names = [table.inputs.get("name") for table in tables if table.type == TABLE]
    if len(names) == 1 and isinstance(names[0], str):
        return names[0]
    return f"{resource.name} (table not known yet)"


def with_policies(
    stack: StackResources, tables: Mapping[TableId, Table]
) -> tuple[dict[TableId, Table], list[Unresolved]]:
    """The tables with their policies and those of their streams; and the policies of unknown tables."""
    found = dict(tables)
    unresolved = []
    by_name: dict[str, list[Table]] = {}
    for one in tables.values():
        by_name.setdefault(one.name, []).append(one)
    for resource in stack.of([TABLE_POLICY]):
        arn = stack.value(resource, "resourceArn")
        text = read_policy(stack.value(resource, "policy"))
        if isinstance(arn, str):
            table_arn, is_stream, _ = arn.partition("/stream/")
            named = by_name.get(table_arn.rpartition(":table/")[2], ())
            table_id = next((one.id for one in named if _is_arn_of(one, table_arn)), None)
            reason = f"{arn} is not a table of this stack"
        else:
            table_id, is_stream = _table_by_dependency(stack, resource, by_name), ""
            reason = "its table is known only after the update"
        if table_id is None:
            unresolved.append(Unresolved(resource, f"{resource.titled}: {reason}"))
            continue
        table = found[table_id]
        found[table_id] = (
            replace(
                table,
                stream_arn=table.stream_arn or arn,
                stream_policies=(*table.stream_policies, text),
            )
            if is_stream
            else replace(table, policies=(*table.policies, text))
        )
    return found, unresolved


def _is_arn_of(table: Table, arn: str) -> bool:
    """Whether the ARN is the table's, as far as known; an index's is not."""
    known, parts = table.arn.split(":", 5), arn.split(":", 5)
    return len(parts) == len(known) and all(
        one in (NOT_KNOWN, other) for one, other in zip(known, parts, strict=True)
    )


def _table_by_dependency(
    stack: StackResources, resource: Resource, by_name: Mapping[str, Sequence[Table]]
) -> TableId | None:
    sources = [
        stack.resources[urn] for urn in resource.dependencies.get("resourceArn", ()) if urn in stack.resources
    ]
    ids = {
        one.id
        for source in sources
        if source.type == TABLE
        for one in by_name.get(str(source.inputs.get("name")), ())
        if stack.region_of(source) == one.region
    }
    return ids.pop() if len(ids) == 1 else None
