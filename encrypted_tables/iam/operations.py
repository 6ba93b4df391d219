"""What each IAM action of DynamoDB, DAX and KMS does to items, access and protection, as data.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodbacceleratordax.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum


class Effect(StrEnum):
    """What an action does."""

    READS = "reads items"
    WRITES = "writes items"
    """A write can also return the item as it was (ReturnValues)."""
    COPIES = "copies items elsewhere"
    """To a bucket, a stream, a backup, another table, a replica or a log."""
    LETS_IN = "lets others in"
    """Changes a policy, a grant, or a tag or alias that conditions of policies compare."""
    PROTECTS = "changes protection"
    """Changes encryption, replicas, backups or deletion protection; or deletes."""
    DECRYPTS = "decrypts"
    ENCRYPTS = "encrypts"
    ADMINISTERS = "administers"
    """Changes whether and by which grants a key can be used."""
    NONE = "none"


DYNAMODB: Mapping[Effect, tuple[str, ...]] = {
    Effect.READS: (
        "GetItem",
        "BatchGetItem",
        "Query",
        "Scan",
        "PartiQLSelect",
        "ConditionCheckItem",  # returns the item if its condition fails
        "SearchVectors",
        "GetRecords",
    ),
    Effect.WRITES: (
        "PutItem",
        "UpdateItem",
        "DeleteItem",
        "BatchWriteItem",
        "PartiQLInsert",
        "PartiQLUpdate",
        "PartiQLDelete",
        "StartBulkPutItems",
    ),
    Effect.COPIES: (
        "ExportTableToPointInTime",
        "EnableKinesisStreamingDestination",
        "CreateBackup",
        "StartAwsBackupJob",
        "RestoreTableFromBackup",
        "RestoreTableFromAwsBackup",
        "RestoreTableToPointInTime",
        "CreateGlobalTable",
        "UpdateGlobalTable",
        "CreateGlobalTableWitness",
        "CreateTableReplica",
        "AssociateTableReplica",
        "ReadDataForReplication",  # of the replication service: another account gets a replica
        "UpdateContributorInsights",  # writes the keys of the items to CloudWatch
    ),
    Effect.LETS_IN: (
        "PutResourcePolicy",
        "DeleteResourcePolicy",
        "TagResource",
        "UntagResource",
        "UpdateAbacStatus",
    ),
    Effect.PROTECTS: (
        "UpdateTable",
        "UpdateContinuousBackups",
        "UpdateTimeToLive",
        "UpdateGlobalTableSettings",
        "UpdateGlobalTableVersion",
        "DeleteTable",
        "DeleteTableReplica",
        "DeleteGlobalTableWitness",
        "DeleteBackup",
    ),
    Effect.NONE: (
        "CancelBulkOperation",
        "CreateTable",
        "DescribeBackup",
        "DescribeBulkOperation",
        "DescribeContinuousBackups",
        "DescribeContributorInsights",
        "DescribeEndpoints",
        "DescribeExport",
        "DescribeGlobalTable",
        "DescribeGlobalTableSettings",
        "DescribeImport",
        "DescribeKinesisStreamingDestination",
        "DescribeLimits",
        "DescribeReservedCapacity",
        "DescribeReservedCapacityOfferings",
        "DescribeStream",
        "DescribeTable",
        "DescribeTableReplicaAutoScaling",
        "DescribeTimeToLive",
        "DisableKinesisStreamingDestination",
        "GetAbacStatus",
        "GetResourcePolicy",
        "GetShardIterator",
        "ImportTable",  # creates a new table
        "InjectError",
        "ListBackups",
        "ListBulkOperations",
        "ListContributorInsights",
        "ListExports",
        "ListGlobalTables",
        "ListImports",
        "ListStreams",
        "ListTables",
        "ListTagsOfResource",
        "PurchaseReservedCapacityOfferings",
        "ReplicateSettings",
        "UpdateKinesisStreamingDestination",
        "UpdateTableReplicaAutoScaling",
        "WriteDataForReplication",  # of the replication service, with what a replica's writers wrote
    ),
}

DAX: Mapping[Effect, tuple[str, ...]] = {
    Effect.READS: ("GetItem", "BatchGetItem", "Query", "Scan", "ConditionCheckItem"),
    Effect.WRITES: ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"),
    Effect.COPIES: ("CreateCluster",),  # the cluster reads with a role and keeps what it read
    Effect.LETS_IN: ("TagResource", "UntagResource"),
    Effect.PROTECTS: ("UpdateCluster", "DeleteCluster", "UpdateParameterGroup", "UpdateSubnetGroup"),
    Effect.NONE: (
        "CreateParameterGroup",
        "CreateSubnetGroup",
        "DecreaseReplicationFactor",
        "DefineAttributeList",
        "DefineAttributeListId",
        "DefineKeySchema",
        "DeleteParameterGroup",
        "DeleteSubnetGroup",
        "DescribeClusters",
        "DescribeDefaultParameters",
        "DescribeEvents",
        "DescribeParameterGroups",
        "DescribeParameters",
        "DescribeSubnetGroups",
        "Endpoints",
        "IncreaseReplicationFactor",
        "ListTags",
        "RebootNode",
    ),
}

KMS: Mapping[Effect, tuple[str, ...]] = {
    Effect.DECRYPTS: ("Decrypt", "ReEncryptFrom"),
    Effect.ENCRYPTS: (
        "Encrypt",
        "ReEncryptTo",
        "GenerateDataKey",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
        "GenerateDataKeyWithoutPlaintext",
    ),
    Effect.LETS_IN: (
        "PutKeyPolicy",
        "CreateGrant",
        "ReplicateKey",  # the replica has a policy of its own
        "TagResource",
        "UntagResource",
        "CreateAlias",
        "UpdateAlias",
        "DeleteAlias",
    ),
    Effect.ADMINISTERS: (
        "RevokeGrant",
        "RetireGrant",
        "EnableKey",
        "DisableKey",
        "ScheduleKeyDeletion",
        "CancelKeyDeletion",
        "ImportKeyMaterial",
        "DeleteImportedKeyMaterial",
        "UpdatePrimaryRegion",
    ),
    Effect.PROTECTS: (
        "EnableKeyRotation",
        "DisableKeyRotation",
        "RotateKeyOnDemand",
        "ConnectCustomKeyStore",
        "DisconnectCustomKeyStore",
        "UpdateCustomKeyStore",
        "DeleteCustomKeyStore",
    ),
    Effect.NONE: (
        "CreateCustomKeyStore",
        "CreateKey",
        "DescribeCustomKeyStores",
        "DescribeKey",
        "GenerateRandom",
        "GetKeyLastUsage",
        "GetKeyPolicy",
        "GetKeyRotationStatus",
        "GetParametersForImport",
        "GetPublicKey",
        "ListAliases",
        "ListGrants",
        "ListKeyPolicies",
        "ListKeyRotations",
        "ListKeys",
        "ListResourceTags",
        "ListRetirableGrants",
        "SynchronizeMultiRegionKey",
        "UpdateKeyDescription",
        # for asymmetric and HMAC keys, which cannot encrypt a table
        "Decapsulate",
        "DeriveSharedSecret",
        "Encapsulate",
        "GenerateMac",
        "Sign",
        "Verify",
        "VerifyMac",
    ),
}

BY_SERVICE: Mapping[str, Mapping[Effect, tuple[str, ...]]] = {"dynamodb": DYNAMODB, "dax": DAX, "kms": KMS}
"""The tables above, by the prefix of the service's IAM actions."""

_PARTIQL = ("PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete")
ACTIONS_OF_OPERATIONS: Mapping[str, tuple[str, ...]] = {
    "BatchExecuteStatement": _PARTIQL,
    "ExecuteStatement": _PARTIQL,
    "ExecuteTransaction": _PARTIQL,
    "TransactGetItems": ("GetItem",),
    "TransactWriteItems": ("PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"),
    "ReEncrypt": ("ReEncryptFrom", "ReEncryptTo"),
}
"""The API operations that are authorized by IAM actions with other names.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html
"""

WITHIN_ACCOUNT = frozenset(
    f"dynamodb:{name}".lower()
    for name in (
        *_PARTIQL,
        "CreateBackup",
        "CreateGlobalTable",
        "CreateGlobalTableWitness",
        "CreateTableReplica",
        "DeleteBackup",
        "DeleteGlobalTableWitness",
        "DeleteResourcePolicy",
        "DeleteTableReplica",
        "EnableKinesisStreamingDestination",
        "ExportTableToPointInTime",
        "PutResourcePolicy",
        "RestoreTableFromAwsBackup",
        "RestoreTableFromBackup",
        "RestoreTableToPointInTime",
        "StartAwsBackupJob",
        "UpdateContinuousBackups",
        "UpdateContributorInsights",
        "UpdateGlobalTable",
        "UpdateGlobalTableSettings",
        "UpdateTimeToLive",
    )
)
"""The DynamoDB actions, in lower case, that no table policy allows to principals of another account.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-iam-actions.html
"""


def actions(service: str, *effects: Effect) -> tuple[str, ...]:
    """The IAM actions of a service that have one of these effects, such as `dynamodb:GetItem`."""
    return tuple(f"{service}:{name}" for effect in effects for name in BY_SERVICE[service].get(effect, ()))


def effects_of(service: str, operation: str) -> Iterator[Effect]:
    """The effects of an API operation, one for each IAM action that authorizes it.

    Raises:
        KeyError: an action is not classified.
    """
    by_name = {name: effect for effect, names in BY_SERVICE[service].items() for name in names}
    for name in ACTIONS_OF_OPERATIONS.get(operation, (operation,)):
        yield by_name[name]
