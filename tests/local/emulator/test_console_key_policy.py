"""The policy AWS's console writes: administrators manage, key users use."""

from local.process import LocalAws
from tests.local.emulator.resources import (
    User,
    error_of,
    make_key,
    make_user,
    name,
    statement,
)

ADMINISTRATORS = [
    "kms:Create*", "kms:Describe*", "kms:Enable*", "kms:List*", "kms:Put*", "kms:Update*", "kms:Revoke*",
    "kms:Disable*", "kms:Get*", "kms:Delete*", "kms:TagResource", "kms:UntagResource",
    "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion", "kms:RotateKeyOnDemand",
]  # fmt: skip
USERS = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
GRANTS = ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"]


def make(aws: LocalAws, administrator: User, key_user: User) -> str:
    for_aws = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    return make_key(
        aws,
        statement(administrator.arn, action=ADMINISTRATORS),
        statement(key_user.arn, action=USERS),
        statement(key_user.arn, action=GRANTS, Condition=for_aws),
    )


def test_an_administrator_manages_the_key_but_cannot_decrypt(aws: LocalAws) -> None:
    administrator, key_user = make_user(aws), make_user(aws)
    key = make(aws, administrator, key_user)
    kms = aws.client("kms", administrator.credentials)
    ciphertext = aws.client("kms").encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]

    kms.disable_key(KeyId=key)
    kms.enable_key(KeyId=key)

    assert error_of(kms.decrypt, CiphertextBlob=ciphertext).code == "AccessDeniedException"


def test_a_key_user_decrypts_but_cannot_manage(aws: LocalAws) -> None:
    administrator, key_user = make_user(aws), make_user(aws)
    key = make(aws, administrator, key_user)
    kms = aws.client("kms", key_user.credentials)
    ciphertext = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]

    assert kms.decrypt(CiphertextBlob=ciphertext)["Plaintext"] == b"x"
    error = error_of(kms.disable_key, KeyId=key)
    assert error.code == "AccessDeniedException"
    assert f"{key_user.arn} is not authorized to perform: kms:DisableKey on resource: {key}" in error.message


def test_a_key_user_creates_a_grant_through_dynamodb_only(aws: LocalAws) -> None:
    administrator, key_user = make_user(aws), make_user(aws)
    key = make(aws, administrator, key_user)

    error = error_of(
        aws.client("kms", key_user.credentials).create_grant,
        KeyId=key,
        GranteePrincipal=key_user.arn,
        Operations=["Decrypt"],
    )
    assert error.code == "AccessDeniedException"

    table = name("table")
    aws.client("dynamodb", key_user.credentials).create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    )
