"""One component for a DynamoDB table, its customer managed KMS key and access to both.

It imports what validates settings only when it is used: that takes about as long as AWS takes to answer.
"""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from .application_access import READ, READ_WRITE, STREAM_READ, WRITE
from .caller import ask_early
from .encrypted_table_args import EncryptedTableArgs
from .encrypted_table_outputs import EncryptedTableOutputs
from .former_names import FormerNames
from .inputs import nothing, output_of
from .program_waits import program_waits
from .resource_names import earlier_type, type_token


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

    def __init__(
        self, name: str, args: EncryptedTableArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        with program_waits():
            ask_early(opts)
            from .checked_table import checked_table  # noqa: PLC0415  # while AWS answers
            from .table_resources import create_resources  # noqa: PLC0415  # while AWS answers

            checked = checked_table(name, args, opts)
            former = FormerNames(checked.settings.former_names)
            own = pulumi.ResourceOptions(
                aliases=[earlier_type("EncryptedTable")], transformations=former.transformations
            )
            options = pulumi.ResourceOptions.merge(opts, own)
            super().__init__(type_token("EncryptedTable"), name, {}, options)
            self._checked = checked
            self._resources = made = create_resources(self, checked, options)
            former.check(checked.what)

            self.table = made.table
            self.key: aws.kms.Key | None = made.key
            region, *replicas = made.copies
            replica_keys = {replica: made.copies[replica].key_arn for replica in replicas}
            self.table_name = self.table.name
            self.table_arn = self.table.arn
            self.key_arn = made.copies[region].key_arn
            self.key_id = (
                self.key.key_id if self.key else self.key_arn.apply(lambda arn: arn.rpartition("/")[2])
            )
            self.key_alias = made.key_alias
            self.stream_arn = self.table.stream_arn if checked.settings.has_stream else nothing()
            self.replica_key_arns = output_of(replica_keys)
            self.alarm_target_arns = output_of(made.alarm_targets)
            self.register_outputs(
                {
                    "tableName": self.table_name,
                    "tableArn": self.table_arn,
                    "keyArn": self.key_arn,
                    "keyId": self.key_id,
                    "keyAlias": self.key_alias,
                    "streamArn": self.stream_arn,
                    "replicaKeyArns": replica_keys,
                    "alarmTargetArns": made.alarm_targets,
                }
            )

    def grant_read(self, role: "aws.iam.Role") -> None:
        """Let an application's role read items of this table: creates an IAM policy and a KMS grant."""
        self._resources.applications.grant(READ, role)

    def grant_write(self, role: "aws.iam.Role") -> None:
        """Let an application's role write items of this table: creates an IAM policy and a KMS grant."""
        self._resources.applications.grant(WRITE, role)

    def grant_read_write(self, role: "aws.iam.Role") -> None:
        """Let an application's role read and write items of this table: creates an IAM policy and a KMS
        grant.
        """
        self._resources.applications.grant(READ_WRITE, role)

    def grant_stream_read(self, role: "aws.iam.Role") -> None:
        """Let a role, such as that of a Lambda function, read the stream: IAM policy and KMS grant together.

        Raises:
            SettingsError: the table has no stream.
        """
        self._resources.applications.grant(STREAM_READ, role)

    @property
    def declaration(self) -> Mapping[str, Any]:
        """The table, its key and the intended access, for `encrypted-tables verify`.

        Note:
            Call it after the last `grant_read`, `grant_write` or `grant_read_write`.
        """
        settings, made = self._checked.settings, self._resources
        access = pulumi.Output.all(made.access, made.statement_access, made.applications.declared)
        return {
            "tableName": self.table_name,
            "tableArn": self.table_arn,
            "region": self._checked.place.region,
            "keyArn": self.key_arn,
            "keyId": self.key_id,
            "keyAlias": self.key_alias,
            "keyPolicyProfile": settings.key_policy_profile if self.key else None,
            "access": access.apply(lambda lists: [entry for entries in lists for entry in entries]),
            "replicas": {
                region: {
                    "keyArn": made.copies[region].key_arn,
                    "keyAlias": self.key_alias,
                    "tableArn": made.copies[region].table_arn,
                }
                for region in settings.replica_regions
            },
        }
