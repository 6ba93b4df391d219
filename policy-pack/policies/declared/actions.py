"""The IAM actions that the policies look for.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
"""

DECRYPTING = ("kms:Decrypt", "kms:ReEncryptFrom")
"""Actions that decrypt with a KMS key."""

COPYING = (
    "dynamodb:ExportTableToPointInTime",
    "dynamodb:EnableKinesisStreamingDestination",
    "dynamodb:CreateBackup",
    "dynamodb:StartAwsBackupJob",
    "dynamodb:RestoreTableFromBackup",
    "dynamodb:RestoreTableFromAwsBackup",
    "dynamodb:RestoreTableToPointInTime",
    "dynamodb:CreateGlobalTable",
    "dynamodb:UpdateGlobalTable",
    "dynamodb:CreateGlobalTableWitness",
    "dynamodb:CreateTableReplica",
    "dynamodb:AssociateTableReplica",
    "dynamodb:ReadDataForReplication",
    "dynamodb:UpdateContributorInsights",
)
"""Actions that copy the items of a table elsewhere."""
