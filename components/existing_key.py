"""A key that is brought along: asked of KMS before a table is given to it."""

import pulumi
import pulumi_aws as aws

from .problems import SettingsError
from .setting_types import region_of

_NEEDED = {
    "key_manager": ("CUSTOMER", "managed by {} - it is not a customer managed key"),
    "key_state": ("Enabled", "in the state {} - enable it, or cancel its deletion, first"),
    "key_usage": ("ENCRYPT_DECRYPT", "for {} - DynamoDB needs ENCRYPT_DECRYPT"),
    "customer_master_key_spec": ("SYMMETRIC_DEFAULT", "a {} key - DynamoDB needs SYMMETRIC_DEFAULT"),
}


def checked_key(
    table: str, key_arn: pulumi.Input[str], region: str, options: pulumi.InvokeOptions
) -> pulumi.Input[str]:
    """The key's ARN, once KMS has said that DynamoDB can use it.

    A key that exists is checked at once, one that is yet to be created as soon as it is there.

    Raises:
        SettingsError: it is an AWS managed key, not enabled, not symmetric or of another Region.
    """

    def check(arn: str, key: aws.kms.GetKeyResult) -> str:
        if region_of(arn) != region:
            raise SettingsError(f"table {table!r}: key {arn} is not of the table's Region, {region}.")
        for attribute, (needed, message) in _NEEDED.items():
            if (found := getattr(key, attribute)) != needed:
                raise SettingsError(f"table {table!r}: key {arn} is {message.format(found)}.")
        return arn

    if isinstance(key_arn, str):
        return check(key_arn, aws.kms.get_key(key_id=key_arn, region=region, opts=options))
    key = aws.kms.get_key_output(key_id=key_arn, region=region, opts=options)
    return pulumi.Output.all(key_arn, key).apply(lambda known: check(*known))
