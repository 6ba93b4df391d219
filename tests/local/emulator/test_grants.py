"""What a grant allows its grantee."""

import json

from local.process import Credentials, LocalAws
from tests.local.emulator.resources import (
    KEY_DENIED,
    error_of,
    make_key,
    make_table,
    make_user,
    name,
    other_client,
)

TRUST = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}


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


def test_a_boundary_limits_what_a_grant_gives_to_a_role(aws: LocalAws) -> None:
    """AWS does not document it, so the local AWS assumes the safe answer."""
    key, role = make_key(aws), name("role")
    iam, kms = aws.client("iam"), aws.client("kms")
    trust = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
    arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    kms.create_grant(KeyId=key, GranteePrincipal=arn, Operations=["Encrypt"])
    made = aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="session")["Credentials"]
    session = Credentials(made["AccessKeyId"], made["SecretAccessKey"])
    theirs = other_client(aws, "kms", session, token=made["SessionToken"])

    assert "CiphertextBlob" in theirs.encrypt(KeyId=key, Plaintext=b"x")
    boundary = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
    iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=boundary)
    assert error_of(theirs.encrypt, KeyId=key, Plaintext=b"x").code == "AccessDeniedException"


def test_an_empty_constraint_limits_nothing(aws: LocalAws) -> None:
    """The AWS provider sends both kinds of constraints, one of them empty."""
    key, someone = make_key(aws), make_user(aws)
    constraints = {"EncryptionContextSubset": {"a": "1"}, "EncryptionContextEquals": {}}
    aws.client("kms").create_grant(
        KeyId=key, GranteePrincipal=someone.arn, Operations=["Encrypt"], Constraints=constraints
    )
    theirs = aws.client("kms", someone.credentials)

    assert "CiphertextBlob" in theirs.encrypt(
        KeyId=key, Plaintext=b"x", EncryptionContext={"a": "1", "b": "2"}
    )
    denied = error_of(theirs.encrypt, KeyId=key, Plaintext=b"x", EncryptionContext={"b": "2"})
    assert denied.code == "AccessDeniedException"
