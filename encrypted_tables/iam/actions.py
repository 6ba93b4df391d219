"""The IAM actions behind each kind of access to a table or its key.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html
"""

from collections.abc import Mapping
from enum import StrEnum

from encrypted_tables.iam.operations import Effect, actions


class Access(StrEnum):
    """The kinds of access that a principal can have, gain or lose."""

    READ = "read"
    WRITE = "write"
    STREAM = "read of the stream"
    """The changes of items, by dynamodb:GetRecords."""
    COPY = "copying of items elsewhere"
    TABLE_ADMINISTRATION = "administration of the table"
    """Changes of its policy, encryption or backups, or its deletion."""
    KEY_USE = "use of the key"
    """kms:Decrypt through DynamoDB, which reading and writing items needs."""
    DIRECT_KEY_USE = "direct use of the key"
    """Decryption outside DynamoDB."""
    ADMINISTRATION = "administration"
    """Of the key."""


SEARCH_VECTORS, GET_RECORDS = "dynamodb:SearchVectors", "dynamodb:GetRecords"
COPY_ACTIONS = actions("dynamodb", Effect.COPIES)
TABLE_ADMINISTRATION_ACTIONS = actions("dynamodb", Effect.LETS_IN, Effect.PROTECTS)
ITEM_ACTIONS: Mapping[Access, tuple[str, ...]] = {
    Access.READ: tuple(one for one in actions("dynamodb", Effect.READS) if one != GET_RECORDS),
    Access.WRITE: actions("dynamodb", Effect.WRITES),
}
"""The kinds that need the table's key: kms:Decrypt through DynamoDB, as the caller."""
OF_INDEXES = ("dynamodb:Query", "dynamodb:Scan", "dynamodb:PartiQLSelect")
"""Those that read a secondary index by its own ARN; SearchVectors reads a vector index.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/VectorSearch.Security.html
"""
OF_BACKUPS = frozenset({"dynamodb:RestoreTableFromBackup", "dynamodb:DeleteBackup"})
"""Actions whose resource is a backup of the table."""
DECRYPT = "kms:Decrypt"
DECRYPT_ACTIONS = actions("kms", Effect.DECRYPTS)

# A principal that can change the policy, create grants or create a replica key with its own policy can give
# itself any use of the key. One that can disable or delete the key or end grants can end the use by others.
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
"""A principal with all of these is a key administrator."""
ADMINISTRATION_ACTIONS = tuple(
    dict.fromkeys((*WHOLE_ADMINISTRATION, *actions("kms", Effect.LETS_IN, Effect.ADMINISTERS)))
)
"""Actions that change who can use the key, or whether anybody can."""

KMS_ACROSS_ACCOUNTS = frozenset(
    f"kms:{operation}".lower()
    for operation in (
        "CreateGrant", "Decapsulate", "Decrypt", "DeriveSharedSecret", "DescribeKey", "Encapsulate",
        "Encrypt", "GenerateDataKey", "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext",
        "GenerateDataKeyWithoutPlaintext", "GenerateMac", "GetKeyRotationStatus", "GetPublicKey",
        "ListGrants", "ReEncryptFrom", "ReEncryptTo", "RetireGrant", "RevokeGrant", "Sign", "Verify",
        "VerifyMac",
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
