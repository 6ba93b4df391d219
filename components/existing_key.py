"""Checks in KMS that a table can use an existing key."""

from typing import cast

import pulumi
import pulumi_aws as aws
from pydantic import TypeAdapter, ValidationError

from .inputs import when_known
from .setting_types import KeyArn, region_of
from .settings_error import SettingsError

_NEEDED = {
    "key_manager": ("CUSTOMER", "managed by {} - it is not a customer managed key"),
    "key_state": ("Enabled", "in the state {} - enable it, or cancel its deletion, first"),
    "key_usage": ("ENCRYPT_DECRYPT", "for {} - DynamoDB needs ENCRYPT_DECRYPT"),
    "customer_master_key_spec": ("SYMMETRIC_DEFAULT", "a {} key - DynamoDB needs SYMMETRIC_DEFAULT"),
}
_ARN: TypeAdapter[str] = TypeAdapter(KeyArn)


def checked_key(
    table: str, key_arn: pulumi.Input[str], region: str, options: pulumi.InvokeOptions
) -> pulumi.Input[str]:
    """The key's ARN, after a check in KMS that DynamoDB can use the key.

    A key that exists is checked immediately, a key of this program once it is created.

    Raises:
        SettingsError: it is not a key ARN, or the key is AWS managed, not enabled, not symmetric, in another
        Region or not found.
    """

    def check(arn: str) -> str:
        if fault := _fault_of_arn(arn, region) or _fault_of_key(arn, region, options):
            raise SettingsError(f"table {table!r}: keyArn: {fault}.")
        return arn

    return when_known(cast("str", key_arn), check)


def _fault_of_arn(arn: str, region: str) -> str | None:
    try:
        _ARN.validate_python(arn)
    except ValidationError as error:
        return str(error.errors()[0]["ctx"]["error"])
    return f"{arn} is not in the table's Region, {region}" if region_of(arn) != region else None


def _fault_of_key(arn: str, region: str, options: pulumi.InvokeOptions) -> str | None:
    try:
        key = aws.kms.get_key(key_id=arn, region=region, opts=options)
    except Exception as error:  # noqa: BLE001  # a failed invoke has no type of its own
        return f"KMS could not describe {arn}: {error}"
    for attribute, (needed, message) in _NEEDED.items():
        if (found := getattr(key, attribute)) != needed:
            return f"{arn} is {message.format(found)}"
    return None
