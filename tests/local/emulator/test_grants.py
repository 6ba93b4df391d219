"""What a grant allows its grantee."""

from local.process import LocalAws
from tests.local.emulator.resources import (
    KEY_DENIED,
    error_of,
    make_key,
    make_table,
    make_user,
)


def test_a_grant_gives_access_until_it_is_revoked(aws: LocalAws) -> None:
    key, someone = make_key(aws), make_user(aws)
    kms = aws.client("kms")
    ciphertext = kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext={"a": "1"})["CiphertextBlob"]
    grant = kms.create_grant(
        KeyId=key,
        GranteePrincipal=someone.arn,
        Operations=["Decrypt"],
        Constraints={"EncryptionContextSubset": {"a": "1"}},
    )["GrantId"]
    theirs = aws.client("kms", someone.credentials)

    assert theirs.decrypt(CiphertextBlob=ciphertext, EncryptionContext={"a": "1"})["Plaintext"] == b"x"
    assert error_of(theirs.encrypt, KeyId=key, Plaintext=b"x").code == "AccessDeniedException"
    kms.revoke_grant(KeyId=key, GrantId=grant)
    error = error_of(theirs.decrypt, CiphertextBlob=ciphertext, EncryptionContext={"a": "1"})
    assert error.code == "AccessDeniedException"


def test_a_grant_applies_only_to_its_encryption_context(aws: LocalAws) -> None:
    key, someone = make_key(aws), make_user(aws)
    mine, other = make_table(aws, key), make_table(aws, key)
    aws.client("kms").create_grant(
        KeyId=key,
        GranteePrincipal=someone.arn,
        Operations=["Decrypt"],
        Constraints={"EncryptionContextSubset": {"aws:dynamodb:tableName": mine}},
    )
    dynamodb, item = aws.client("dynamodb", someone.credentials), {"id": {"S": "1"}}

    assert "Item" in dynamodb.get_item(TableName=mine, Key=item)
    assert error_of(dynamodb.get_item, TableName=other, Key=item).message.startswith(KEY_DENIED)
