"""The outputs of `EncryptedTable`, with their meaning.

In a class of their own, because the SDK evaluates the annotations of a component's class for each component.
"""

from collections.abc import Mapping

import pulumi


class EncryptedTableOutputs:
    """The outputs of an encrypted table."""

    table_name: pulumi.Output[str]
    """The table's name."""

    table_arn: pulumi.Output[str]
    """The table's ARN."""

    key_arn: pulumi.Output[str]
    """The ARN of the KMS key that encrypts the table."""

    key_id: pulumi.Output[str]
    """The key's id."""

    key_alias: pulumi.Output[str | None]
    """The key's main alias, with `alias/`. None if `key_arn` is set."""

    stream_arn: pulumi.Output[str | None]
    """The ARN of the table's stream. None if the table has no stream."""

    replica_key_arns: pulumi.Output[Mapping[str, str]]
    """The ARN of the key of each replica, by Region."""

    alarm_target_arns: pulumi.Output[Mapping[str, str]]
    """The ARN of the target of the alarms, by Region; empty without `alarms`."""
