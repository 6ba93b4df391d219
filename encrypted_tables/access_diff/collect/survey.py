"""Reads a preview's resources into the two models, before the update and after it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from encrypted_tables.access_diff.collect.access_model import AccessModel, KeyKind, Table, TableId, TableKey
from encrypted_tables.access_diff.collect.identities import Identities
from encrypted_tables.access_diff.collect.keys import (
    References,
    keys_elsewhere,
    keys_of,
    unresolved,
    with_keys_elsewhere,
)
from encrypted_tables.access_diff.collect.policies import read_policy
from encrypted_tables.access_diff.collect.stack_resources import StackResources
from encrypted_tables.access_diff.collect.tables import Tables, table_policies
from encrypted_tables.access_diff.collect.unresolved import Unresolved
from encrypted_tables.engine.preview import Preview, Resource
from encrypted_tables.engine.resource_types import KEYS, TABLE
from encrypted_tables.iam.documents import Document, as_list
from encrypted_tables.iam.policy import principals_of
from encrypted_tables.iam.principals import Principal

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


def survey(preview: Preview, base: Preview | None = None) -> tuple[AccessModel, AccessModel]:
    """The models before and after the update.

    Args:
        preview: the update.
        base: a preview of an earlier program. What it would make is then the model before, instead of
            what the stack has now; so two programs are compared without any stack.
    """
    told = preview if base is None else _both(base, preview)
    home = Home(*_account(told), _region(told))
    later = _side(preview.after, home, is_before=False)
    earlier = (
        _side(preview.before, home, is_before=True)
        if base is None
        else _side(base.after, home, is_before=False)
    )
    elsewhere = keys_elsewhere(earlier) | keys_elsewhere(later)
    before, after = (_world(with_keys_elsewhere(stack, elsewhere)) for stack in (earlier, later))
    if base is None:
        after = replace(after, unresolved=(*after.unresolved, *_imported_unseen(preview)))
    here, there = _made(before), _made(after)
    after = replace(_with_leaving_keys(before, after), absent=here - there)
    return replace(before, absent=there - here), after


def _made(model: AccessModel) -> frozenset[Principal]:
    """The users and roles that the stack makes."""
    return frozenset(identity.principal for identity in model.identities if identity.is_of_stack)


class Home(NamedTuple):
    """Where the stack is; each part is empty while no resource tells it."""

    account: str
    partition: str
    region: str


def _unread(stack: StackResources) -> Iterator[Unresolved]:
    """Resources that may give access in ways that are not read here."""
    for one in stack.resources.values():
        if one.type.startswith(_NOT_READ):
            why = f"{one.name} ({one.type}): what it does to tables, keys and policies is not read here"
            yield Unresolved(one, why)


def _imported_unseen(preview: Preview) -> Iterator[Unresolved]:
    """What is imported, and of which the preview does not say how it is now."""
    seen = {resource.urn for resource in preview.before}
    for one in preview.after:
        if preview.operations.get(one.urn) == "import" and one.urn not in seen:
            yield Unresolved(one, f"{one.titled}: it is imported, and what access it gives now is not known")


def _both(base: Preview, preview: Preview) -> Preview:
    """All resources of which either tells something."""
    return replace(preview, before=(*preview.before, *base.before), after=(*preview.after, *base.after))


def _side(resources: Iterable[Resource], home: Home, *, is_before: bool) -> StackResources:
    by_urn = {resource.urn: resource for resource in resources}
    return StackResources(by_urn, home.account, home.partition or "aws", home.region, is_before)


def _world(stack: StackResources) -> AccessModel:
    references = References(stack)
    keys = keys_of(stack)
    tables: dict[TableId, Table] = {}
    for table in Tables(stack, references, keys):
        tables[table.id] = table
    policies, homeless = table_policies(stack, tables)
    for table_id, found in policies.items():
        tables[table_id] = replace(tables[table_id], policies=tuple(found))
    identities = Identities(stack.resources.values(), stack.account, stack.partition)
    unread = (*unresolved(stack), *homeless, *identities.unresolved, *_unread(stack))
    return AccessModel(stack.account, tables, keys, identities, unread)


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
            if statement.get("Effect") == "Allow"
            and actions & {str(action).lower() for action in as_list(statement.get("Action"))}
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


def _with_leaving_keys(before: AccessModel, after: AccessModel) -> AccessModel:
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
