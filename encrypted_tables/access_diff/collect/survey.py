"""Reads the resources of a preview into two models: before the update and after it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from encrypted_tables.access_diff.collect.access_model import AccessModel, KeyKind, TableKey
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
from encrypted_tables.access_diff.collect.tables import Tables, with_policies
from encrypted_tables.access_diff.collect.unresolved import Unresolved
from encrypted_tables.engine.preview import Preview, Resource
from encrypted_tables.engine.resource_types import KEYS, TABLE
from encrypted_tables.iam.documents import Document, as_list
from encrypted_tables.iam.policy import principals_of
from encrypted_tables.iam.principals import Principal

AWS_PROVIDER = "pulumi:providers:aws"
_IN_ACCOUNT = re.compile(r"arn:(?P<partition>aws[\w-]*):(?:kms|dynamodb|iam):[\w-]*:(?P<account>\d{12}):")
# Other ways to declare tables, keys, grants or IAM policies; and resources that copy items.
_NOT_EVALUATED = (
    "aws-native:cloudformation:",
    "aws-native:dynamodb:",
    "aws-native:iam:",
    "aws-native:index:",
    "aws-native:kms:",
    "aws:backup/selection:",
    "aws:cloudcontrol/",
    "aws:cloudformation/",
    "aws:dax/cluster:",
    "aws:dynamodb/contributorInsights:",
    "aws:dynamodb/globalTable:",
    "aws:dynamodb/kinesisStreamingDestination:",
    "aws:dynamodb/tableExport:",
    "aws:organizations/policy",
    "aws:ssoadmin/",
)


def survey(preview: Preview, base: Preview | None = None) -> tuple[AccessModel, AccessModel]:
    """The models before and after the update.

    Args:
        preview: the update.
        base: a preview of an earlier program. The model before is then its result, not the stack as it is:
            two programs are compared without a stack.
    """
    all_resources = preview if base is None else _both(base, preview)
    home = Home(*_account(all_resources), _region(all_resources))
    later = _stack(preview.after, home, is_before=False)
    earlier = (
        _stack(preview.before, home, is_before=True)
        if base is None
        else _stack(base.after, home, is_before=False)
    )
    elsewhere = keys_elsewhere(earlier) | keys_elsewhere(later)
    before, after = (_model(with_keys_elsewhere(stack, elsewhere)) for stack in (earlier, later))
    if base is None:
        after = replace(after, unresolved=(*after.unresolved, *_unread_imports(preview)))
    before, after = _with_known_policies(before, after), _with_known_policies(after, before)
    old, new = _created_by_stack(before), _created_by_stack(after)
    after = replace(_with_leaving_keys(before, after), absent=old - new)
    return replace(before, absent=new - old), after


def _with_known_policies(model: AccessModel, other: AccessModel) -> AccessModel:
    """The model with the tables whose policy the stack sets in either model marked."""
    has_policy = {table.id for one in (model, other) for table in one.tables.values() if table.policies}
    tables = {
        id_: replace(table, may_have_other_policy=id_ not in has_policy)
        for id_, table in model.tables.items()
    }
    return replace(model, tables=tables)


def _created_by_stack(model: AccessModel) -> frozenset[Principal]:
    """The users and roles that the stack creates."""
    return frozenset(identity.principal for identity in model.identities if identity.is_of_stack)


class Home(NamedTuple):
    """The account, partition and Region of the stack; each is empty if unknown."""

    account: str
    partition: str
    region: str


def _not_evaluated(stack: StackResources) -> Iterator[Unresolved]:
    """Resources that may give access in ways that are not evaluated."""
    for one in stack.resources.values():
        if one.type.startswith(_NOT_EVALUATED):
            yield Unresolved(one, f"what access {one.name} gives: {one.type} is not evaluated")


def _unread_imports(preview: Preview) -> Iterator[Unresolved]:
    """Imported resources whose present state is not in the preview."""
    read = {resource.urn for resource in preview.before}
    for one in preview.after:
        if preview.operations.get(one.urn) == "import" and one.urn not in read:
            yield Unresolved(
                one, f"{one.titled}: it is imported, and the access that it gives now is unknown"
            )


def _both(base: Preview, preview: Preview) -> Preview:
    """The resources of both."""
    return replace(preview, before=(*preview.before, *base.before), after=(*preview.after, *base.after))


def _stack(resources: Iterable[Resource], home: Home, *, is_before: bool) -> StackResources:
    by_urn = {resource.urn: resource for resource in resources}
    return StackResources(by_urn, home.account, home.partition or "aws", home.region, is_before)


def _model(stack: StackResources) -> AccessModel:
    keys = keys_of(stack)
    without_policies = {table.id: table for table in Tables(stack, References(stack), keys)}
    tables, of_unknown_tables = with_policies(stack, without_policies)
    identities = Identities(stack.resources.values(), stack.account, stack.partition)
    found = (*unresolved(stack), *of_unknown_tables, *identities.unresolved, *_not_evaluated(stack))
    return AccessModel(stack.account, tables, keys, identities, found)


def _account(preview: Preview) -> tuple[str, str]:
    """The stack's account and partition: from any ARN, else from the administrators of a key."""
    for resource in (*preview.before, *preview.after):
        arn = resource.outputs.get("arn")
        if isinstance(arn, str) and (match := _IN_ACCOUNT.match(arn)):
            return match["account"], match["partition"]
    for resource in preview.after:
        policy = read_policy(resource.inputs.get("policy")) if resource.type in KEYS else None
        if isinstance(policy, Document):
            found = {(p.account, p.partition) for p in principals_of(_policy_changes(policy)) if p.account}
            if len(found) == 1:
                return found.pop()
    return "", ""


def _policy_changes(policy: Document) -> Document:
    """The statements that allow changes of the policy: only principals of the key's account can change it."""
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
    """The one Region of the stack's providers, else of its tables and keys; empty if there are several."""
    resources = (*preview.after, *preview.before)
    providers = [r.inputs.get("region") for r in resources if r.type == AWS_PROVIDER]
    regional = [r for r in resources if r.type in {TABLE, *KEYS} and "region" not in r.inputs]
    for regions in (providers, [r.outputs.get("region") for r in regional]):
        known = {region for region in regions if isinstance(region, str) and region}
        if len(known) == 1:
            return known.pop()
    return ""


def _with_leaving_keys(before: AccessModel, after: AccessModel) -> AccessModel:
    """The model after, with the key of each table whose key the update deletes."""
    leaving = {key.arn: key for urn, key in before.keys.items() if urn not in after.keys and key.exists}
    tables = {
        table.id: replace(
            table, key=TableKey(KeyKind.CUSTOMER_MANAGED, replace(leaving[table.key.arn], is_going=True))
        )
        for table in after.tables.values()
        if table.key.key is None and table.key.arn in leaving
    }
    return replace(after, tables={**after.tables, **tables})
