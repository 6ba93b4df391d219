"""Puts the emulator's rules into ministack."""

from local_aws.emulator import ministack_adapter as ms
from local_aws.emulator.authorization import authenticate_kms_only
from local_aws.emulator.dynamodb import DynamoDB
from local_aws.emulator.kms import KMS
from local_aws.emulator.settings import Settings
from local_aws.emulator.table_key import TableKeys


def install(settings: Settings) -> None:
    """Replace what ministack lets through too easily; called once, before the first request."""
    ms.trust_no_key_by_its_name()
    ms.replace_enforcement(authenticate_kms_only)
    table_keys = TableKeys(settings.table_key_cache_seconds)
    ms.replace_handler(
        "dynamodb", DynamoDB(ms.handler("dynamodb"), table_keys, settings.encryption_change_seconds)
    )
    ms.replace_handler("kms", KMS(ms.handler("kms")))
