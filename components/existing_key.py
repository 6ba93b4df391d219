"""A key that is brought along: asked of KMS before a table is given to it."""

from typing import cast

import pulumi
import pulumi_aws as aws
from pydantic import TypeAdapter, ValidationError

from .inputs import when_known
from .problems import SettingsError
from .setting_types import KeyArn, region_of

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
    """The key's ARN, once KMS has said that DynamoDB can use it.

    A key that exists is checked at once, one that is yet to be created as soon as it is there.

    Raises:
        SettingsError: it is not the ARN of a key, or the key is an AWS managed one, not enabled, not
            symmetric, of another Region, or unknown to KMS.
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
    return f"{arn} is not of the table's Region, {region}" if region_of(arn) != region else None


def _fault_of_key(arn: str, region: str, options: pulumi.InvokeOptions) -> str | None:
    try:
        key = aws.kms.get_key(key_id=arn, region=region, opts=options)
    except Exception as error:  # noqa: BLE001  # a failed invoke has no type of its own
        return f"KMS does not tell about {arn}: {error}"
    for attribute, (needed, message) in _NEEDED.items():
        if (found := getattr(key, attribute)) != needed:
            return f"{arn} is {message.format(found)}"
    return None
