"""What a grant allows its grantee."""

from local.process import LocalAws
from tests.local.emulator.resources import (
    KEY_DENIED,
    error_of,
    make_key,
    make_role,
    make_table,
    make_user,
    remove_user,
    session_client,
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


def test_a_boundary_limits_what_a_grant_gives_to_a_role(aws: LocalAws) -> None:
    """AWS does not document it, so the local AWS assumes the safe answer."""
    key, role = make_key(aws), make_role(aws)
    aws.client("kms").create_grant(KeyId=key, GranteePrincipal=role, Operations=["Encrypt"])
    theirs = session_client(aws, "kms", role)

    assert "CiphertextBlob" in theirs.encrypt(KeyId=key, Plaintext=b"x")
    boundary = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
    aws.client("iam").put_role_permissions_boundary(
        RoleName=role.rpartition("/")[2], PermissionsBoundary=boundary
    )
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


def test_a_grant_gives_nothing_to_a_new_user_of_the_same_name(aws: LocalAws) -> None:
    key, someone = make_key(aws), make_user(aws)
    aws.client("kms").create_grant(KeyId=key, GranteePrincipal=someone.arn, Operations=["Encrypt"])
    assert "CiphertextBlob" in aws.client("kms", someone.credentials).encrypt(KeyId=key, Plaintext=b"x")

    remove_user(aws, someone)
    heir = make_user(aws, user=someone.name)

    theirs = aws.client("kms", heir.credentials)
    assert error_of(theirs.encrypt, KeyId=key, Plaintext=b"x").code == "AccessDeniedException"
