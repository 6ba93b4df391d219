"""The parts of AWS managed policies that concern items and KMS keys.

https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
What any other policy allows is unknown.
"""

from collections.abc import Mapping

from encrypted_tables.iam.documents import Document

_READ = [
    "dynamodb:BatchGetItem",
    "dynamodb:GetItem",
    "dynamodb:PartiQLSelect",
    "dynamodb:Query",
    "dynamodb:Scan",
]

# Neither DynamoDB policy has kms:Decrypt, so the key policy decides who can read.
_ACTIONS: Mapping[str, list[str]] = {
    "AdministratorAccess": ["*"],
    "PowerUserAccess": ["dynamodb:*", "kms:*"],
    "AmazonDynamoDBFullAccess": ["dynamodb:*", "kms:DescribeKey", "kms:ListAliases"],
    "AmazonDynamoDBFullAccess_v2": ["dynamodb:*", "kms:DescribeKey", "kms:ListAliases"],
    "AmazonDynamoDBReadOnlyAccess": [*_READ, "kms:DescribeKey", "kms:ListAliases"],
    "ReadOnlyAccess": [*_READ, "kms:Describe*", "kms:Get*", "kms:List*"],
    "ViewOnlyAccess": ["kms:ListAliases", "kms:ListKeys"],
    "SecurityAudit": ["kms:Describe*", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:List*"],
    "AWSKeyManagementServicePowerUser": [
        "kms:CreateAlias", "kms:CreateKey", "kms:DeleteAlias", "kms:Describe*", "kms:GenerateRandom",
        "kms:Get*", "kms:List*", "kms:TagResource", "kms:UntagResource",
    ],
    "IAMUserChangePassword": [],
    "AWSLambdaBasicExecutionRole": [],
    "AmazonSSMManagedInstanceCore": [],
    "CloudWatchAgentServerPolicy": [],
}  # fmt: skip


def managed_policy(arn: str) -> Document | None:
    """The relevant parts of an AWS managed policy; None if it is not listed here."""
    if ":iam::aws:policy/" not in arn:
        return None
    actions = _ACTIONS.get(arn.rsplit("/", 1)[-1])
    if actions is None:
        return None
    name = arn.rsplit("/", 1)[-1]
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    return Document((statement,), label=f"policy {name}", arn=arn)
