"""What a key policy is asked.

https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
"""

from encrypted_tables.verify.predict.arns import account_of
from encrypted_tables.verify.predict.conditions import Context
from encrypted_tables.verify.predict.policy import Request, request_by


def encryption_context(table_name: str, table_account: str) -> dict[str, str]:
    """The encryption context of a table's key.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    """
    return {"aws:dynamodb:tableName": table_name, "aws:dynamodb:subscriberId": table_account}


def item_request(principal: str, key_arn: str, table_name: str, table_account: str, region: str) -> Request:
    """The Decrypt that DynamoDB makes as the caller of an item call."""
    pairs = encryption_context(table_name, table_account)
    context: Context = {
        "kms:EncryptionContextKeys": tuple(pairs),
        "kms:ViaService": f"dynamodb.{region}.amazonaws.com",
        **{f"kms:EncryptionContext:{name}": value for name, value in pairs.items()},
    }
    return key_request("kms:Decrypt", principal, key_arn, context)


def key_request(action: str, principal: str, key_arn: str, context: Context | None = None) -> Request:
    """A request to KMS, with the condition keys that follow from who makes it."""
    caller: Context = {"kms:CallerAccount": account_of(principal)}
    return request_by(principal, action, key_arn, {**caller, **(context or {})})
