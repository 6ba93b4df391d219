"""Who may do what with a KMS key: actions as data, named by purpose.

https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html
"""

CONSOLE_ADMINISTRATION = (
    "kms:Create*",
    "kms:Describe*",
    "kms:Enable*",
    "kms:List*",
    "kms:Put*",
    "kms:Update*",
    "kms:Revoke*",
    "kms:Disable*",
    "kms:Get*",
    "kms:Delete*",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:ScheduleKeyDeletion",
    "kms:CancelKeyDeletion",
    "kms:RotateKeyOnDemand",
)
CONSOLE_MULTI_REGION_ADMINISTRATION = ("kms:ReplicateKey", "kms:UpdatePrimaryRegion")
CONSOLE_USE = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")
GRANTS = ("kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant")

# No kms:CreateGrant and no wildcard: whoever can create grants can give themselves use of the key.
# kms:PutKeyPolicy is included, because the key could not be managed without it. CloudTrail records its use.
ADMINISTRATION = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
MULTI_REGION_ADMINISTRATION = ("kms:ReplicateKey", "kms:UpdatePrimaryRegion", "kms:UpdateReplicaRegion")

# Every item call, including writes, decrypts the table key. No other permission is needed.
ITEM_ACCESS = ("kms:Decrypt",)

# The permissions that a principal needs to choose a table's key, by DynamoDB's documentation.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
TABLE_CREATION = (
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
)
CREATE_GRANT = ("kms:CreateGrant",)
KEY_METADATA = ("kms:DescribeKey",)

READ_ITEMS = (
    "dynamodb:BatchGetItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DescribeTable",
    "dynamodb:GetItem",
    "dynamodb:PartiQLSelect",
    "dynamodb:Query",
    "dynamodb:Scan",
)
# https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
READ_STREAM = (
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
)
WRITE_ITEMS = (
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:DescribeTable",
    "dynamodb:PartiQLDelete",
    "dynamodb:PartiQLInsert",
    "dynamodb:PartiQLUpdate",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
)
