"""DynamoDB tables encrypted with customer managed KMS keys, as Pulumi components."""

from .encrypted_table import EncryptedTable
from .encrypted_table_args import (
    AutoscalingArgs,
    EncryptedTableArgs,
    GlobalSecondaryIndexArgs,
    KeyAttributeArgs,
    LocalSecondaryIndexArgs,
)
from .problems import SettingsError
from .test_user import TestUser, TestUserArgs

__all__ = [
    "AutoscalingArgs",
    "EncryptedTable",
    "EncryptedTableArgs",
    "GlobalSecondaryIndexArgs",
    "KeyAttributeArgs",
    "LocalSecondaryIndexArgs",
    "SettingsError",
    "TestUser",
    "TestUserArgs",
]
