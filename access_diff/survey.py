"""Reads a preview's resources into the two worlds, before the update and after it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from access_diff.identities import Identities
from access_diff.keys import KEYS, References, Side, keys_of, unplaced
from access_diff.policy import NOT_KNOWN, Document, Policy, principals_of, read_policy
from access_diff.preview import Preview, Resource
from access_diff.principals import as_list
from access_diff.unknown import Unknown
from access_diff.world import Key, KeyKind, Table, TableId, TableKey, World

TABLE, TABLE_REPLICA = "aws:dynamodb/table:Table", "aws:dynamodb/tableReplica:TableReplica"
RESOURCE_POLICY = "aws:dynamodb/resourcePolicy:ResourcePolicy"
AWS_PROVIDER = "pulumi:providers:aws"
_IN_ACCOUNT = re.compile(r"arn:(?P<partition>aws[\w-]*):(?:kms|dynamodb|iam):[\w-]*:(?P<account>\d{12}):")
# They may hold tables, keys, grants or IAM policies, in forms of their own.
_NOT_READ = (
    "aws-native:cloudformation:",
    "aws-native:dynamodb:",
    "aws-native:iam:",
    "aws-native:index:",
    "aws-native:kms:",
    "aws:cloudcontrol/",
    "aws:cloudformation/",
    "aws:dynamodb/globalTable:",
    "aws:organizations/policy",
    "aws:ssoadmin/",
)


def survey(preview: Preview, base: Preview | None = None) -> tuple[World, World]:
    """The worlds before and after the update.

    Args:
        preview: the update.
        base: a preview of an earlier program. What it would make is then the world before, instead of
            what the stack has now; so two programs are compared without any stack.
    """
    told = preview if base is None else _both(base, preview)
    home = Home(*_account(told), _region(told))
    after = _world(preview.after, home, is_before=False)
    if base is None:
        earlier = preview.before
        before = _world(earlier, home, is_before=True)
    else:
        earlier = base.after
        before = _world(earlier, home, is_before=False)
    unread = tuple(_unread(earlier, preview.after))
    after = replace(after, cannot_tell=(*after.cannot_tell, *unread))
    return before, _with_leaving_keys(before, after)


class Home(NamedTuple):
    """Where the stack is; each part is empty while no resource tells it."""

    account: str
    partition: str
    region: str


def _unread(before: Iterable[Resource], after: Iterable[Resource]) -> Iterator[str]:
    """Resources that may give access in ways that are not read here, where they change."""
    earlier = {one.urn: one.inputs for one in before if one.type.startswith(_NOT_READ)}
    later = {one.urn: one.inputs for one in after if one.type.startswith(_NOT_READ)}
    for urn in sorted({*earlier, *later}):
        if earlier.get(urn) != later.get(urn):
            name, kind = urn.rsplit("::", 1)[-1], urn.split("::")[2].rsplit("$", 1)[-1]
            yield f"{name} ({kind}): what it does to tables, keys and policies is not read here"


def _both(base: Preview, preview: Preview) -> Preview:
    """All resources of which either tells something."""
    return replace(preview, before=(*preview.before, *base.before), after=(*preview.after, *base.after))


def _world(resources: Iterable[Resource], home: Home, *, is_before: bool) -> World:
    by_urn = {resource.urn: resource for resource in resources}
    side = Side(by_urn, home.account, home.partition or "aws", home.region, is_before)
    references = References(side)
    keys = keys_of(side)
    tables: dict[TableId, Table] = {}
    for table in _Tables(side, references, keys):
        tables[table.id] = table
    policies, homeless = _resource_policies(side, tables)
    for table_id, found in policies.items():
        tables[table_id] = replace(tables[table_id], policies=tuple(found))
    identities = Identities(by_urn.values(), home.account, side.partition)
    cannot_tell = [
        *unplaced(side),
        *homeless,
        *(f"{name}: it is not known yet to whom it gives a policy" for name in identities.unplaced),
    ]
    return World(home.account, tables, keys, identities, tuple(cannot_tell))


def _account(preview: Preview) -> tuple[str, str]:
    """The stack's account and partition: by any ARN that AWS gave, else by who may change a key's policy."""
    for resource in (*preview.before, *preview.after):
        arn = resource.outputs.get("arn")
        if isinstance(arn, str) and (match := _IN_ACCOUNT.match(arn)):
            return match["account"], match["partition"]
    for resource in preview.after:
        policy = read_policy(resource.inputs.get("policy")) if resource.type in KEYS else None
        if isinstance(policy, Document):
            found = {(p.account, p.partition) for p in principals_of(_managing(policy)) if p.account}
            if len(found) == 1:
                return found.pop()
    return "", ""


def _managing(policy: Document) -> Document:
    """The statements that let somebody change the policy: only principals of the key's account can."""
    actions = {"kms:*", "kms:put*", "kms:putkeypolicy", "*"}
    return Document(
        tuple(
            statement
            for statement in policy.statements
            if actions & {str(action).lower() for action in as_list(statement.get("Action"))}
        )
    )


def _region(preview: Preview) -> str:
    """The Region of the stack's default provider, if its resources agree on one."""
    resources = (*preview.after, *preview.before)
    providers = [r.inputs.get("region") for r in resources if r.type == AWS_PROVIDER]
    places = [r for r in resources if r.type in {TABLE, *KEYS} and "region" not in r.inputs]
    for regions in (providers, [r.outputs.get("region") for r in places]):
        known = {region for region in regions if isinstance(region, str) and region}
        if len(known) == 1:
            return known.pop()
    return ""


@dataclass(frozen=True)
class _Tables:
    """Reads tables and replicas, each with its key."""

    side: Side
    references: References
    keys: Mapping[str, Key]

    def __iter__(self) -> Iterator[Table]:
        for resource in self.side.of([TABLE]):
            region = self.side.region_of(resource)
            name = self.side.value(resource, "name")
            if not isinstance(name, str):
                name = resource.id or f"{resource.name} (name not known yet)"
            key = self._key_of_table(resource, region)
            account = self.side.account_of(resource)
            yield self._table(name, region, key, account)
            for replica in as_list(self.side.set_by(resource, "replicas")):
                there = replica.get("regionName") if isinstance(replica, Mapping) else None
                if isinstance(there, str):
                    yield self._table(name, there, self._key_of_replica(resource, replica, key), account)
                else:
                    why = "a replica of it is known only after the update"
                    used = TableKey(KeyKind.CUSTOMER_MANAGED, None, why)
                    yield self._table(name, "a Region not known yet", used, account)
        for resource in self.side.of([TABLE_REPLICA]):
            yield self._separate_replica(resource)

    def _table(self, name: str, region: str, key: TableKey, account: str = "") -> Table:
        account = account or self.side.account
        arn = f"arn:{self.side.partition}:dynamodb:{region or NOT_KNOWN}:{account or NOT_KNOWN}:table/{name}"
        return Table(name, region, arn, account, key)

    def _key_of_table(self, resource: Resource, region: str) -> TableKey:
        encryption = self.side.value(resource, "serverSideEncryption")
        if isinstance(encryption, Unknown) and "serverSideEncryption" in resource.inputs:
            return TableKey(KeyKind.CUSTOMER_MANAGED, None, f"its encryption is {encryption.value}")
        if isinstance(encryption, Unknown):
            return TableKey(KeyKind.AWS_OWNED)  # the program asks for nothing: DynamoDB's default
        encryption = next(iter(as_list(encryption)), None)
        asked = next(iter(as_list(resource.inputs.get("serverSideEncryption"))), None)
        if isinstance(asked, Mapping) and asked.get("enabled") is True and not asked.get("kmsKeyArn"):
            return TableKey(KeyKind.AWS_MANAGED)  # though the state may hold that key's ARN
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
            return TableKey(KeyKind.CUSTOMER_MANAGED, None, "the replica names no key")
        return of_table

    def _separate_replica(self, resource: Resource) -> Table:
        side = self.side
        arn = side.value(resource, "globalTableArn")
        region = side.region_of(resource)
        name = arn.rsplit("/", 1)[-1] if isinstance(arn, str) else _name_by_dependency(side, resource)
        value = side.value(resource, "kmsKeyArn")
        key = self._key(resource, "kmsKeyArn", value, region) if value else TableKey(KeyKind.AWS_OWNED)
        return self._table(name, region, key)

    def _key(self, resource: Resource, name: str, value: Any, region: str) -> TableKey:  # noqa: ANN401  # JSON
        if not isinstance(value, str | Unknown):
            return TableKey(KeyKind.CUSTOMER_MANAGED, None, f"its key is not an ARN but {value}")
        if isinstance(value, str) and "alias/aws/" in value:
            return TableKey(KeyKind.AWS_MANAGED)
        urn = self.references.key(resource, name, value, region)
        if urn in self.keys:
            return TableKey(KeyKind.CUSTOMER_MANAGED, self.keys[str(urn)])
        if isinstance(value, Unknown):
            return TableKey(KeyKind.CUSTOMER_MANAGED, None, f"which key it is, is {value.value}")
        why = f"the policy of its key {value} is not in this stack"
        return TableKey(KeyKind.CUSTOMER_MANAGED, None, why, value)


def _name_by_dependency(side: Side, resource: Resource) -> str:
    urns = resource.dependencies.get("globalTableArn", ())
    tables = [side.resources[urn] for urn in urns if urn in side.resources]
    names = [table.inputs.get("name") for table in tables if table.type == TABLE]
    if len(names) == 1 and isinstance(names[0], str):
        return names[0]
    return f"{resource.name} (table not known yet)"


def _resource_policies(
    side: Side, tables: Mapping[TableId, Table]
) -> tuple[dict[TableId, list[Policy]], list[str]]:
    found: dict[TableId, list[Policy]] = {}
    homeless = []
    for resource in side.of([RESOURCE_POLICY]):
        arn = side.value(resource, "resourceArn")
        if isinstance(arn, str):
            table = next((one.id for one in tables.values() if _same_table(one, arn)), None)
        else:
            table = _table_by_dependency(side, resource, tables)
            if table is None:
                homeless.append(f"{resource.name} (ResourcePolicy): its table is not known yet")
        if table is not None:
            found.setdefault(table, []).append(read_policy(side.value(resource, "policy")))
    return found, homeless


def _same_table(table: Table, arn: str) -> bool:
    return arn.rsplit("/", 1)[-1] == table.name and table.region in ("", arn.split(":")[3])


def _table_by_dependency(side: Side, resource: Resource, tables: Mapping[TableId, Table]) -> TableId | None:
    sources = [
        side.resources[urn] for urn in resource.dependencies.get("resourceArn", ()) if urn in side.resources
    ]
    ids = {
        one.id
        for one in tables.values()
        for source in sources
        if source.type == TABLE
        and source.inputs.get("name") == one.name
        and side.region_of(source) == one.region
    }
    return ids.pop() if len(ids) == 1 else None


def _with_leaving_keys(before: World, after: World) -> World:
    """Tell of tables whose key leaves in this update: their data cannot be read after it."""
    leaving = {key.arn: key for urn, key in before.keys.items() if urn not in after.keys and key.is_made}
    tables = {
        table.id: replace(
            table, key=TableKey(KeyKind.CUSTOMER_MANAGED, replace(leaving[table.key.arn], is_going=True))
        )
        for table in after.tables.values()
        if table.key.key is None and table.key.arn in leaving
    }
    return replace(after, tables={**after.tables, **tables})
