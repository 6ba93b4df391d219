"""The facts about a key, and about everything in its Region that could need it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from encrypted_tables.verify.collect.grants import Grant
from encrypted_tables.verify.collect.observe import Unknown


@dataclass(frozen=True)
class LastUse:
    """The last cryptographic operation with a key."""

    operation: str
    time: datetime
    is_explained: bool | Unknown
    """Whether it was for DynamoDB or AWS Backup, or happened before CloudTrail's event history."""


@dataclass(frozen=True)
class KeyFacts:
    """A KMS key; times are in UTC."""

    arn: str
    key_id: str
    manager: str
    """CUSTOMER or AWS."""
    state: str
    """The state that kms:DescribeKey returns: Enabled, Disabled, PendingDeletion, ..."""
    created: datetime
    deletion_date: datetime | None
    aliases: tuple[str, ...] | Unknown
    replica_keys: tuple[str, ...]
    """ARNs of the replicas of a multi-Region primary key."""
    grants: tuple[Grant, ...] | Unknown
    last_use: LastUse | Unknown | None
    """None if the key has not been used since `tracked_since`."""
    tracked_since: datetime | None
    """When KMS started to record uses of the key."""

    @property
    def region(self) -> str:
        """The Region of the key."""
        return self.arn.split(":")[3]

    @property
    def account(self) -> str:
        """The account that owns the key."""
        return self.arn.split(":")[4]


@dataclass(frozen=True)
class TableFacts:
    """A table, or a replica of a table, in the key's Region."""

    name: str
    key_arn: str | None
    """None for the AWS owned key."""
    recovery: "Recovery | Unknown | None"
    """None if point-in-time recovery is off."""


@dataclass(frozen=True)
class Recovery:
    """Point-in-time recovery of a table: the earliest time to restore, and the length of the period."""

    since: datetime
    days: int


@dataclass(frozen=True)
class BackupFacts:
    """An on-demand or system backup of DynamoDB, or a recovery point of AWS Backup."""

    label: str
    """Its description, such as `backup weekly of table orders`."""
    key_arn: str | Unknown | None


@dataclass(frozen=True)
class ExportFacts:
    """An export to S3 in progress."""

    arn: str
    table_name: str
    time: datetime
    """The point in time that is exported."""


@dataclass(frozen=True)
class KeyChange:
    """A call that set the key of a table, from CloudTrail."""

    table_name: str
    time: datetime
    key: str | None
    """The key ARN, key id or alias in the call; None for an AWS owned or AWS managed key."""
    is_creation: bool
    """Whether the call created the table."""


@dataclass(frozen=True)
class RegionFacts:
    """Everything in one Region of one account that could need a key."""

    tables: tuple[TableFacts | Unknown, ...] | Unknown
    backups: tuple[BackupFacts | Unknown, ...] | Unknown
    vaults: Mapping[str, str | None] | Unknown
    """Key ARN by the name of a backup vault."""
    recovery_points: tuple[BackupFacts | Unknown, ...] | Unknown
    exports: tuple[ExportFacts | Unknown, ...] | Unknown
    key_changes: tuple[KeyChange, ...] | Unknown | None = None
    """None if CloudTrail was not read."""
