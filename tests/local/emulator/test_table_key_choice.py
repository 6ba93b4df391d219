"""Which keys a table can use, and who can set them."""

import pytest

from local.process import LocalAws
from tests.local.emulator.resources import (
    KEY_DENIED,
    ROOT,
    allow,
    encrypted_with,
    error_of,
    make_key,
    make_user,
    name,
    statement,
    table_request,
)

INVALID = "One or more parameter values were invalid: "
MODEL = "com.amazonaws.services.kms.model"


def test_a_disabled_key(aws: LocalAws) -> None:
    key = make_key(aws)
    aws.client("kms").disable_key(KeyId=key)

    error = error_of(
        aws.client("dynamodb").create_table,
        **table_request(name("t"), SSESpecification=encrypted_with(key)),
    )

    assert error.code == "ValidationException"
    assert error.message.startswith(f"KMS key disabled error: {MODEL}.DisabledException: {key} is disabled.")


def test_a_key_pending_deletion(aws: LocalAws) -> None:
    key = make_key(aws)
    aws.client("kms").schedule_key_deletion(KeyId=key)

    error = error_of(
        aws.client("dynamodb").create_table,
        **table_request(name("t"), SSESpecification=encrypted_with(key)),
    )

    assert error.code == "ValidationException"
    assert f"{MODEL}.KMSInvalidStateException: {key} is pending deletion." in error.message


@pytest.mark.parametrize(
    ("spec", "usage"), [("RSA_2048", "ENCRYPT_DECRYPT"), ("HMAC_256", "GENERATE_VERIFY_MAC")]
)
def test_a_key_that_is_not_symmetric_is_a_server_error(aws: LocalAws, spec: str, usage: str) -> None:
    key = make_key(aws, KeySpec=spec, KeyUsage=usage)

    error = error_of(
        aws.client("dynamodb").create_table,
        **table_request(name("t"), SSESpecification=encrypted_with(key)),
    )

    assert (error.code, error.status) == ("InternalServerError", 500)
    assert error.message.startswith("KMS internal error: ")


@pytest.mark.parametrize("lacking", ["kms:DescribeKey", "kms:CreateGrant", "kms:Decrypt"])
def test_dynamodb_needs_the_permissions_of_the_caller(aws: LocalAws, lacking: str) -> None:
    deployer = make_user(aws, "arn:aws:iam::aws:policy/AdministratorAccess")
    key = make_key(aws, statement(ROOT, action=lacking, Effect="Deny"))

    error = error_of(
        aws.client("dynamodb", deployer.credentials).create_table,
        **table_request(name("table"), SSESpecification=encrypted_with(key)),
    )

    assert error.code == "AccessDeniedException"
    assert error.message.startswith(
        f"{KEY_DENIED}{MODEL}.AWSKMSException: User: {deployer.arn} is not authorized to perform: {lacking} "
        f"on resource: {key} with an explicit deny"
    )


def test_full_access_to_dynamodb_does_not_give_the_grant(aws: LocalAws) -> None:
    deployer = make_user(aws)

    error = error_of(
        aws.client("dynamodb", deployer.credentials).create_table,
        **table_request(name("table"), SSESpecification=encrypted_with(make_key(aws))),
    )

    assert "is not authorized to perform: kms:CreateGrant" in error.message
    assert "because no identity-based policy allows the kms:CreateGrant action" in error.message


def test_the_grant_may_be_conditional_on_being_for_aws(aws: LocalAws) -> None:
    deployer = make_user(aws)
    allow(aws, deployer, ["kms:DescribeKey", "kms:Decrypt"])
    allow(aws, deployer, "kms:CreateGrant", Condition={"Bool": {"kms:GrantIsForAWSResource": "true"}})

    aws.client("dynamodb", deployer.credentials).create_table(
        **table_request(name("table"), SSESpecification=encrypted_with(make_key(aws)))
    )
