"""DynamoDB tables encrypted with customer managed KMS keys, as Pulumi components."""

from .caller import CallerError
from .encrypted_table import EncryptedTable
from .encrypted_table_args import (
    AlarmsArgs,
    ApplicationAccessArgs,
    AttributeType,
    AutoscalingArgs,
    BillingMode,
    CsvDelimiter,
    EncryptedTableArgs,
    GlobalSecondaryIndexArgs,
    ImportFromArgs,
    InputCompressionType,
    InputFormat,
    ItemAccess,
    KeyAttributeArgs,
    KeyPolicyProfile,
    KeyUserArgs,
    LocalSecondaryIndexArgs,
    OnDemandThroughputArgs,
    ProjectionType,
    ReplicaConsistency,
    RestoreFromArgs,
    StreamViewType,
    TableClass,
    WarmThroughputArgs,
)
from .program_waits import warn_of_unfinished_tasks
from .settings_error import SettingsError
from .test_user import TestUser, TestUserArgs

__all__ = [
    "AlarmsArgs",
    "ApplicationAccessArgs",
    "AttributeType",
    "AutoscalingArgs",
    "BillingMode",
    "CallerError",
    "CsvDelimiter",
    "EncryptedTable",
    "EncryptedTableArgs",
    "GlobalSecondaryIndexArgs",
    "ImportFromArgs",
    "InputCompressionType",
    "InputFormat",
    "ItemAccess",
    "KeyAttributeArgs",
    "KeyPolicyProfile",
    "KeyUserArgs",
    "LocalSecondaryIndexArgs",
    "OnDemandThroughputArgs",
    "ProjectionType",
    "ReplicaConsistency",
    "RestoreFromArgs",
    "SettingsError",
    "StreamViewType",
    "TableClass",
    "TestUser",
    "TestUserArgs",
    "WarmThroughputArgs",
]

warn_of_unfinished_tasks()
