"""Which operations of DynamoDB and KMS matter for access, as data.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html
"""

from collections.abc import Mapping
from enum import StrEnum


class Access(StrEnum):
    """What a principal can have, gain or lose."""

    READ = "read"
    WRITE = "write"
    KEY_USE = "use of the key"
    """kms:Decrypt through DynamoDB: the key's half of reading and writing."""
    DIRECT_KEY_USE = "direct use of the key"
    """kms:Decrypt outside DynamoDB."""
    ADMINISTRATION = "administration"


ITEM_ACTIONS: Mapping[Access, tuple[str, ...]] = {
    Access.READ: (
        "dynamodb:GetItem",
        "dynamodb:BatchGetItem",
        "dynamodb:Query",
        "dynamodb:Scan",
        "dynamodb:PartiQLSelect",
    ),
    Access.WRITE: (
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
        "dynamodb:BatchWriteItem",
        "dynamodb:PartiQLInsert",
        "dynamodb:PartiQLUpdate",
        "dynamodb:PartiQLDelete",
    ),
}
OF_INDEXES = ("dynamodb:Query", "dynamodb:Scan", "dynamodb:PartiQLSelect")
DECRYPT = "kms:Decrypt"

# With the right to change the policy, make grants or make a replica with a policy of its own, a principal can
# give itself any use; with the right to disable or delete the key or end grants, it can end any other use.
# https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
WHOLE_ADMINISTRATION = (
    "kms:PutKeyPolicy",
    "kms:CreateGrant",
    "kms:RevokeGrant",
    "kms:EnableKey",
    "kms:DisableKey",
    "kms:ScheduleKeyDeletion",
    "kms:CancelKeyDeletion",
)
"""Whoever has these is called an administrator of the key."""
ADMINISTRATION_ACTIONS = (
    *WHOLE_ADMINISTRATION,
    "kms:RetireGrant",
    "kms:ReplicateKey",
    "kms:UpdatePrimaryRegion",
    "kms:DeleteImportedKeyMaterial",
)

KMS_ACROSS_ACCOUNTS = frozenset(
    f"kms:{operation}".lower()
    for operation in (
        "CreateGrant", "Decrypt", "DeriveSharedSecret", "DescribeKey", "Encrypt", "GenerateDataKey",
        "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext",
        "GenerateMac", "GetKeyRotationStatus", "GetPublicKey", "ListGrants", "ReEncryptFrom", "ReEncryptTo",
        "RetireGrant", "RevokeGrant", "Sign", "Verify", "VerifyMac",
    )
)  # fmt: skip
"""The KMS operations that principals of another account can use, in lower case; no key policy adds others.

https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html
"""

WITH_ENCRYPTION_CONTEXT = frozenset(
    {
        "kms:decrypt",
        "kms:encrypt",
        "kms:generatedatakey",
        "kms:generatedatakeypair",
        "kms:generatedatakeypairwithoutplaintext",
        "kms:generatedatakeywithoutplaintext",
        "kms:reencryptfrom",
        "kms:reencryptto",
    }
)
"""The actions, in lower case, whose requests carry an encryption context.

https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html
"""
