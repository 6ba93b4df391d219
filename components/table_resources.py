"""The resources of an encrypted table: keys, aliases, the table, and what is optional."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from .alarms import TableAlarms
from .application_access import EncryptedCopy
from .capacity import autoscale
from .checked_table import CheckedTable
from .existing_key import checked_key
from .granted_roles import GrantedRoles
from .inputs import nothing
from .key_access import declared_access, doubt_about_deployer, ended_access
from .keys import TableKeys
from .program import this_program
from .statement_access import declared_by_statements
from .table import make_table
from .table_policy import attach_policy

Declared = pulumi.Input[Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class TableResources:
    """The resources of a table.

    Attributes:
        table: the table.
        key: its key; None if an existing key encrypts it.
        key_alias: the key's main alias, an output of None without a key.
        copies: the table and its replicas, by Region, starting with the table.
        alarm_targets: the ARN of the target of the alarms, by Region.
        applications: the roles with access.
        access: the access that settings declare.
        statement_access: the access that additional policy statements declare.
    """

    table: aws.dynamodb.Table
    key: aws.kms.Key | None
    key_alias: pulumi.Output[str | None]
    copies: Mapping[str, EncryptedCopy]
    alarm_targets: Mapping[str, pulumi.Input[str]]
    applications: GrantedRoles
    access: Declared
    statement_access: Declared


def create_resources(
    component: pulumi.Resource, checked: CheckedTable, options: pulumi.ResourceOptions
) -> TableResources:
    """Create the resources of a table.

    Args:
        component: their parent.
        checked: the table.
        options: the component's options.
    """
    name, settings, caller, place = checked.name, checked.settings, checked.caller, checked.place
    _warn(component, checked)
    kept = _kept(component, checked, options)
    keys = TableKeys(name, settings, place, caller, checked.identities, kept)
    key, alias = keys.current() if settings.key_arn is None else (None, None)
    key_arn, *others = _key_arns(component, checked, keys, key)
    replica_keys = dict(zip(settings.replica_regions, others, strict=True))
    table = make_table(
        name,
        settings,
        place,
        component=component,
        key_arn=key_arn,
        replica_keys=replica_keys,
        options=kept,
    )
    child = pulumi.ResourceOptions(parent=component)
    autoscale(name, table, settings, child, this_program().components)
    attach_policy(name, table, settings, place, component)
    copies = _copies(place.region, EncryptedCopy(table.arn, key_arn), replica_keys)
    brought = {region: [copy.key_arn] for region, copy in copies.items()}
    applications = GrantedRoles(name, settings, place, copies, child)
    for application, access in settings.application_access.items():
        applications.grant_named(application, access, checked.identities)
    return TableResources(
        table,
        key,
        alias.name if alias else nothing(),
        copies,
        TableAlarms(name, settings, place, caller, child).make(keys.arns or brought),
        applications,
        declared_access(settings, caller),
        declared_by_statements(
            settings.key_policy_statements, settings.resource_policy_statements, caller.scope
        ),
    )


def _warn(component: pulumi.Resource, checked: CheckedTable) -> None:
    doubt = doubt_about_deployer(checked.settings, checked.caller)
    absent = [f"the update will be refused. {problem}" for problem in checked.absent]
    for warning in [*([doubt] if doubt else []), *ended_access(checked.settings), *absent]:
        pulumi.log.warn(f"{checked.what}: {warning}", component)


def _kept(
    component: pulumi.Resource, checked: CheckedTable, options: pulumi.ResourceOptions
) -> Mapping[str, Any]:
    """The options of the table and its keys, by name: unless the table is ephemeral, Pulumi keeps them."""
    keep = not checked.settings.ephemeral
    return {
        "parent": component,
        # Children inherit None from the component: the program may protect an ephemeral table.
        "protect": keep or None,
        "retain_on_delete": keep or bool(options.retain_on_delete),
    }


def _key_arns(
    component: pulumi.Resource, checked: CheckedTable, keys: TableKeys, key: aws.kms.Key | None
) -> list[pulumi.Output[str]]:
    """The keys of the table and its replicas: created here, or existing keys that have been checked."""
    settings, place = checked.settings, checked.place
    regions = settings.replica_regions
    if key:
        return [key.arn, *(keys.replica(region, key).arn for region in regions)]
    brought: dict[str, Any] = {place.region: settings.key_arn, **settings.replica_key_arns}
    options = pulumi.InvokeOptions(parent=component)
    return [
        pulumi.Output.from_input(checked_key(place.name, brought[region], region, options))
        for region in (place.region, *regions)
    ]


def _copies(
    own: str, copy: EncryptedCopy, replica_keys: Mapping[str, pulumi.Output[str]]
) -> Mapping[str, EncryptedCopy]:
    """The table and its replicas; a replica's ARN is the table's with another Region."""

    def arn_in(region: str) -> pulumi.Output[str]:
        return copy.table_arn.apply(lambda arn: arn.replace(f":{own}:", f":{region}:", 1))

    return {own: copy} | {region: EncryptedCopy(arn_in(region), key) for region, key in replica_keys.items()}
