"""One component for a DynamoDB table, its customer managed KMS key and access to both."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from .alarms import TableAlarms
from .application_access import READ, READ_WRITE, STREAM_READ, WRITE, EncryptedCopy
from .application_settings import application_roles
from .caller import Caller, CallerError, aws_provider, current_caller
from .capacity import autoscale
from .encrypted_table_args import EncryptedTableArgs
from .encrypted_table_outputs import EncryptedTableOutputs
from .existing_key import checked_key
from .former_names import FormerNames
from .granted_roles import GrantedRoles
from .inputs import output_of
from .key_access import declared_access, doubt_about_deployer, ended_access, named_people
from .keys import TableKeys
from .preflight import preflight, protected_table
from .principal_lookup import Identities
from .problems import Problem, as_map, raise_problems, read_settings
from .program import this_program
from .program_waits import program_waits
from .resource_names import earlier_type, type_token
from .statement_access import declared_by_statements
from .table import make_table
from .table_policy import attach_policy
from .table_settings import TableSettings
from .valid_part import found_by, readable


class EncryptedTable(EncryptedTableOutputs, pulumi.ComponentResource):
    """A DynamoDB table that is encrypted with a customer managed KMS key.

    Creates the key with its alias and policy, then the table. Key rotation and point-in-time recovery are on;
    deletion protection is on unless `ephemeral`. All arguments are checked, and all mistakes reported, before
    any resource is registered.

    Attributes:
        table: the AWS table.
        key: the AWS key; None if `key_arn` is set.

    Raises:
        SettingsError: an argument is invalid, or nobody could change the key policy again.
    """

    @program_waits()
    def __init__(
        self, name: str, args: EncryptedTableArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        what = f"EncryptedTable {name!r}"
        settings, problems = read_settings(as_map(what, args), TableSettings)
        self._settings = settings
        caller = _caller(what, settings, problems, opts)
        program = this_program()
        identities = Identities(caller, aws_provider(opts))
        problems += preflight(name, settings, caller)
        problems += found_by(program.problems, name, settings, caller)
        applications = readable(settings, ["application_access"]).get("application_access", {})
        named = {**named_people(settings), **application_roles(applications)}
        absent = [*identities.problems(named)]
        previewing = pulumi.runtime.is_dry_run()  # a preview may run before users and roles are created
        raise_problems(what, problems if previewing else [*problems, *absent])
        program.add(name, settings, caller)
        former = FormerNames(settings.former_names)
        options = pulumi.ResourceOptions.merge(
            opts,
            pulumi.ResourceOptions(
                aliases=[earlier_type("EncryptedTable")], transformations=former.transformations
            ),
        )
        super().__init__(type_token("EncryptedTable"), name, {}, options)
        if doubt := doubt_about_deployer(settings, caller):
            pulumi.log.warn(f"{what}: {doubt}", self)
        for problem in ended_access(settings):
            pulumi.log.warn(f"{what}: {problem}", self)
        for problem in absent:
            pulumi.log.warn(f"{what}: the update will be refused. {problem}", self)

        self._name = name
        self._protected = table = protected_table(name, settings, caller)
        kept = _kept(self, settings, options)

        keys = TableKeys(name, settings, table, caller, identities, kept)
        self.key: aws.kms.Key | None = keys.current() if settings.key_arn is None else None
        self.key_arn, *replica_keys = self._key_arns(keys)
        self._replica_keys = dict(zip(settings.replica_regions, replica_keys, strict=True))

        self.table = make_table(
            name,
            settings,
            table,
            component=self,
            key_arn=self.key_arn,
            replica_keys=self._replica_keys,
            options=kept,
        )
        child = pulumi.ResourceOptions(parent=self)
        autoscale(name, self.table, settings, child, program.components)
        attach_policy(name, self.table, settings, table, self)
        alarms = TableAlarms(name, settings, table, caller, child)
        brought = {table.region: [self.key_arn]} | {r: [arn] for r, arn in self._replica_keys.items()}
        alarm_targets = alarms.make(keys.arns or brought)
        former.check(what)

        self.table_name = self.table.name
        self.table_arn = self.table.arn
        self.key_id = self.key_arn.apply(lambda arn: arn.rpartition("/")[2])
        key_alias = keys.alias if self.key else None
        self.key_alias = pulumi.Output.from_input(key_alias)
        self.stream_arn = self.table.stream_arn.apply(lambda arn: arn or None)
        self.replica_key_arns = output_of(self._replica_keys)
        self.alarm_target_arns = output_of(alarm_targets)
        self._access = declared_access(settings, caller)
        self._statement_access = declared_by_statements(
            settings.key_policy_statements, settings.resource_policy_statements, caller.scope
        )
        self._copies = self._copies_by_region()
        self._applications = GrantedRoles(name, settings, table, self._copies, child)
        for application, access in settings.application_access.items():
            self._applications.grant_named(application, access, identities)
        self.register_outputs(
            {
                "tableName": self.table_name,
                "tableArn": self.table_arn,
                "keyArn": self.key_arn,
                "keyId": self.key_id,
                "keyAlias": key_alias,
                "streamArn": self.stream_arn,
                "replicaKeyArns": self._replica_keys,
                "alarmTargetArns": alarm_targets,
            }
        )

    def grant_read(self, role: "aws.iam.Role") -> None:
        """Let an application's role read items of this table: creates an IAM policy and a KMS grant."""
        self._applications.grant(READ, role)

    def grant_write(self, role: "aws.iam.Role") -> None:
        """Let an application's role write items of this table: creates an IAM policy and a KMS grant."""
        self._applications.grant(WRITE, role)

    def grant_read_write(self, role: "aws.iam.Role") -> None:
        """Let an application's role read and write items of this table: creates an IAM policy and a KMS
        grant.
        """
        self._applications.grant(READ_WRITE, role)

    def grant_stream_read(self, role: "aws.iam.Role") -> None:
        """Let a role, such as that of a Lambda function, read the stream: IAM policy and KMS grant together.

        Raises:
            SettingsError: the table has no stream.
        """
        self._applications.grant(STREAM_READ, role)

    @property
    def declaration(self) -> Mapping[str, Any]:
        """The table, its key and the intended access, for `encrypted-tables verify`.

        Note:
            Call it after the last `grant_read`, `grant_write` or `grant_read_write`.
        """
        settings = self._settings
        access = pulumi.Output.all(self._access, self._statement_access, self._applications.declared)
        return {
            "tableName": self.table_name,
            "tableArn": self.table_arn,
            "region": self._protected.region,
            "keyArn": self.key_arn,
            "keyId": self.key_id,
            "keyAlias": self.key_alias,
            "keyPolicyProfile": settings.key_policy_profile if self.key else None,
            "access": access.apply(lambda lists: [entry for entries in lists for entry in entries]),
            "replicas": {
                region: {
                    "keyArn": self._copies[region].key_arn,
                    "keyAlias": self.key_alias,
                    "tableArn": self._copies[region].table_arn,
                }
                for region in settings.replica_regions
            },
        }

    def _copies_by_region(self) -> Mapping[str, EncryptedCopy]:
        """The table and its replicas; a replica's ARN is the table's with another Region."""
        own = self._protected.region

        def arn_in(region: str) -> pulumi.Output[str]:
            return self.table_arn.apply(lambda arn: arn.replace(f":{own}:", f":{region}:", 1))

        return {own: EncryptedCopy(self.table_arn, self.key_arn)} | {
            region: EncryptedCopy(arn_in(region), key) for region, key in self._replica_keys.items()
        }

    def _key_arns(self, keys: TableKeys) -> list[pulumi.Output[str]]:
        """The keys of the table and its replicas: created here, or existing keys that have been checked."""
        regions = self._settings.replica_regions
        if self.key:
            return [self.key.arn, *(keys.replica(region, self.key).arn for region in regions)]
        brought: dict[str, Any] = {
            self._protected.region: self._settings.key_arn,
            **self._settings.replica_key_arns,
        }
        options = pulumi.InvokeOptions(parent=self)
        return [
            pulumi.Output.from_input(checked_key(self._protected.name, brought[region], region, options))
            for region in (self._protected.region, *regions)
        ]


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


def _kept(
    component: pulumi.Resource, settings: TableSettings, options: pulumi.ResourceOptions
) -> Mapping[str, Any]:
    """The options of the table and its keys, by name: unless the table is ephemeral, Pulumi keeps them."""
    keep = not settings.ephemeral
    return {
        "parent": component,
        # Children inherit None from the component: the program may protect an ephemeral table.
        "protect": keep or None,
        "retain_on_delete": keep or bool(options.retain_on_delete),
    }
