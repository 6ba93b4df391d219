"""Reads the settings of a table and its keys. A setting that cannot be read is Unknown, with the reason."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from encrypted_tables.verify.collect.aws_errors import answer_of_error
from encrypted_tables.verify.collect.connections import Connections
from encrypted_tables.verify.collect.grants import Grant, grant_of

T = TypeVar("T")


@dataclass(frozen=True)
class Unknown:
    """A setting that could not be read."""

    call: str
    code: str
    reason: str

    @property
    def words(self) -> str:
        """The call and its error, for people."""
        return f"{self.call}: {self.code}: {self.reason}"


@dataclass(frozen=True)
class KeyAttribute:
    """An attribute of a primary key; the type is S, N or B."""

    name: str
    type: str


@dataclass(frozen=True)
class Rotation:
    """Automatic key rotation; the period is in days."""

    enabled: bool
    period_in_days: int | None


@dataclass(frozen=True)
class Key:
    """A KMS key. `manager` is CUSTOMER or AWS; `rotation` is None if the kind of key has no rotation."""

    arn: str
    key_id: str
    manager: str
    state: str
    multi_region: bool
    deletion_date: str | None
    aliases: tuple[str, ...] | Unknown
    rotation: Rotation | Unknown | None
    policy: str | Unknown
    grants: tuple[Grant, ...] | Unknown

    @property
    def account(self) -> str:
        """The account that owns the key."""
        return self.arn.split(":")[4]

    @property
    def kind(self) -> str:
        """The kind of key in AWS's terms."""
        return "customer managed key" if self.manager == "CUSTOMER" else "AWS managed key"


@dataclass(frozen=True)
class Backup:
    """An on-demand backup and its key; None for an AWS owned key."""

    name: str
    arn: str
    key_arn: str | Unknown | None


@dataclass(frozen=True)
class Stream:
    """The enabled stream of a table; `policy` is None if the stream has no resource policy."""

    arn: str
    policy: str | Unknown | None


@dataclass(frozen=True)
class Table:
    """A table, or one of its replicas.

    `key_arn` is None for an AWS owned key, `policy` for a table without a policy.
    """

    name: str
    arn: str
    region: str
    status: str
    primary_key: tuple[KeyAttribute, ...]
    encryption_status: str | None
    key_arn: str | None
    replica_regions: tuple[str, ...]
    policy: str | Unknown | None
    backups: tuple[Backup, ...] | Unknown
    indexes: tuple[str, ...] = ()
    """The names of its secondary indexes."""
    vector_indexes: tuple[str, ...] = ()
    stream: Stream | None = None

    @property
    def account(self) -> str:
        """The account that owns the table."""
        return self.arn.split(":")[4]


def attempt(call: str, read: Callable[[], T]) -> T | Unknown:
    """The result of `read`, or Unknown if AWS or the network fails."""
    try:
        return read()
    except (ClientError, BotoCoreError) as error:
        answer = answer_of_error(error)
        return Unknown(call, answer.code, answer.message)


def observe_table(connections: Connections, name: str, region: str) -> Table | Unknown:
    """The settings of a table in a Region."""
    dynamodb = connections.client("dynamodb", region)
    described = attempt("dynamodb:DescribeTable", lambda: dynamodb.describe_table(TableName=name)["Table"])
    if isinstance(described, Unknown):
        return described
    types = {a["AttributeName"]: a["AttributeType"] for a in described["AttributeDefinitions"]}
    encryption = described.get("SSEDescription", {})
    return Table(
        name=described["TableName"],
        arn=described["TableArn"],
        region=region,
        status=described["TableStatus"],
        primary_key=tuple(
            KeyAttribute(k["AttributeName"], types[k["AttributeName"]]) for k in described["KeySchema"]
        ),
        encryption_status=encryption.get("Status"),
        key_arn=encryption.get("KMSMasterKeyArn"),
        replica_regions=tuple(sorted({r["RegionName"] for r in described.get("Replicas", ())} - {region})),
        policy=attempt(
            "dynamodb:GetResourcePolicy", lambda: _resource_policy(dynamodb, described["TableArn"])
        ),
        backups=attempt("dynamodb:ListBackups", lambda: _backups(dynamodb, described["TableName"])),
        indexes=_index_names(described, "GlobalSecondaryIndexes", "LocalSecondaryIndexes"),
        vector_indexes=_index_names(described, "VectorIndexes"),
        stream=_stream(dynamodb, described),
    )


def observe_key(connections: Connections, key_arn: str) -> Key | Unknown:
    """The settings of a key, read in the Region of its ARN."""
    kms = connections.client("kms", key_arn.split(":")[3])
    metadata = attempt("kms:DescribeKey", lambda: kms.describe_key(KeyId=key_arn)["KeyMetadata"])
    if isinstance(metadata, Unknown):
        return metadata
    key_id = metadata["KeyId"]
    deletion_date = metadata.get("DeletionDate")
    return Key(
        arn=metadata["Arn"],
        key_id=key_id,
        manager=metadata["KeyManager"],
        state=metadata["KeyState"],
        multi_region=metadata.get("MultiRegion", False),
        deletion_date=deletion_date.isoformat() if deletion_date else None,
        aliases=attempt("kms:ListAliases", lambda: _aliases(kms, key_id)),
        rotation=_rotation(kms, metadata),
        policy=attempt(
            "kms:GetKeyPolicy", lambda: str(kms.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"])
        ),
        grants=attempt("kms:ListGrants", lambda: _grants(kms, key_id)),
    )


def is_aws_managed_alias(key_arn: str) -> bool:
    """Whether an ARN is an alias of an AWS managed key; only AWS can create aliases that begin with
    `aws/`.
    """
    return key_arn.split(":", 5)[-1].startswith("alias/aws/")


def _rotation(kms: Any, metadata: dict[str, Any]) -> Rotation | Unknown | None:  # noqa: ANN401
    if metadata.get("KeySpec") != "SYMMETRIC_DEFAULT" or metadata.get("Origin", "AWS_KMS") != "AWS_KMS":
        return None

    def read() -> Rotation:
        answer = kms.get_key_rotation_status(KeyId=metadata["KeyId"])
        return Rotation(answer["KeyRotationEnabled"], answer.get("RotationPeriodInDays"))

    return attempt("kms:GetKeyRotationStatus", read)


def _aliases(kms: Any, key_id: str) -> tuple[str, ...]:  # noqa: ANN401
    pages = kms.get_paginator("list_aliases").paginate(KeyId=key_id)
    return tuple(sorted(alias["AliasName"] for page in pages for alias in page["Aliases"]))


def _grants(kms: Any, key_id: str) -> tuple[Grant, ...]:  # noqa: ANN401
    pages = kms.get_paginator("list_grants").paginate(KeyId=key_id)
    return tuple(grant_of(entry) for page in pages for entry in page["Grants"])


def _resource_policy(dynamodb: Any, table_arn: str) -> str | None:  # noqa: ANN401
    try:
        return str(dynamodb.get_resource_policy(ResourceArn=table_arn)["Policy"])
    except dynamodb.exceptions.PolicyNotFoundException:
        return None


def _index_names(described: dict[str, Any], *kinds: str) -> tuple[str, ...]:
    return tuple(sorted(index["IndexName"] for kind in kinds for index in described.get(kind) or ()))


def _stream(dynamodb: Any, described: dict[str, Any]) -> Stream | None:  # noqa: ANN401
    arn = described.get("LatestStreamArn")
    if not arn or not described.get("StreamSpecification", {}).get("StreamEnabled"):
        return None
    policy = attempt("dynamodb:GetResourcePolicy", lambda: _resource_policy(dynamodb, arn))
    return Stream(arn, policy)


def _backups(dynamodb: Any, table_name: str) -> tuple[Backup, ...]:  # noqa: ANN401
    pages = dynamodb.get_paginator("list_backups").paginate(TableName=table_name, BackupType="ALL")
    summaries = [summary for page in pages for summary in page["BackupSummaries"]]
    return tuple(
        Backup(one["BackupName"], one["BackupArn"], _backup_key(dynamodb, one["BackupArn"]))
        for one in summaries
    )


def _backup_key(dynamodb: Any, backup_arn: str) -> str | Unknown | None:  # noqa: ANN401
    def read() -> str | None:
        description = dynamodb.describe_backup(BackupArn=backup_arn)["BackupDescription"]
        encryption = description.get("SourceTableFeatureDetails", {}).get("SSEDescription") or {}
        key_arn: str | None = encryption.get("KMSMasterKeyArn")
        return key_arn

    return attempt("dynamodb:DescribeBackup", read)
