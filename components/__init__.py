"""DynamoDB tables encrypted with customer managed KMS keys, as Pulumi components."""

from .caller import CallerError
from .encrypted_table import EncryptedTable
from .encrypted_table_args import (
    AlarmsArgs,
    ApplicationAccessArgs,
    AutoscalingArgs,
    EncryptedTableArgs,
    GlobalSecondaryIndexArgs,
    ImportFromArgs,
    KeyAttributeArgs,
    KeyUserArgs,
    LocalSecondaryIndexArgs,
    OnDemandThroughputArgs,
    RestoreFromArgs,
    WarmThroughputArgs,
)
from .problems import SettingsError
from .test_user import TestUser, TestUserArgs

__all__ = [
    "AlarmsArgs",
    "ApplicationAccessArgs",
    "AutoscalingArgs",
    "CallerError",
    "EncryptedTable",
    "EncryptedTableArgs",
    "GlobalSecondaryIndexArgs",
    "ImportFromArgs",
    "KeyAttributeArgs",
    "KeyUserArgs",
    "LocalSecondaryIndexArgs",
    "OnDemandThroughputArgs",
    "RestoreFromArgs",
    "SettingsError",
    "TestUser",
    "TestUserArgs",
    "WarmThroughputArgs",
]
