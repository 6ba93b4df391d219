"""An existing key is checked in KMS before a table uses it."""

from collections.abc import Callable

import pytest

from tests.engine.programs import Program


def symmetric(program: Program) -> str:
    return str(program.run.aws.client("kms").create_key()["KeyMetadata"]["Arn"])


def disabled(program: Program) -> str:
    key = symmetric(program)
    program.run.aws.client("kms").disable_key(KeyId=key)
    return key


def aws_managed(program: Program) -> str:
    """The AWS managed key for DynamoDB, which AWS creates for the first table that uses it."""
    program.run.aws.client("dynamodb").create_table(
        TableName="with-aws-managed-key",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        SSESpecification={"Enabled": True, "SSEType": "KMS"},
    )
    key = program.run.aws.client("kms").describe_key(KeyId="alias/aws/dynamodb")
    return str(key["KeyMetadata"]["Arn"])


def asymmetric(program: Program) -> str:
    key = program.run.aws.client("kms").create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
    return str(key["KeyMetadata"]["Arn"])


def of_another_region(program: Program) -> str:
    return str(program.run.aws.client("kms", region="eu-west-1").create_key()["KeyMetadata"]["Arn"])


def by_alias(program: Program) -> str:
    return symmetric(program).replace(":key/", ":alias/")


def unknown(program: Program) -> str:
    return symmetric(program)[:-12] + "0123456789ab"


REFUSED: dict[Callable[[Program], str], str] = {
    disabled: "Disabled",
    aws_managed: "not a customer managed key",
    asymmetric: "SYMMETRIC_DEFAULT",
    of_another_region: "eu-west-1",
    by_alias: "alias",
    unknown: "keyArn: KMS could not describe",
}


def test_each_unsuitable_key_is_refused_before_anything_is_created(program: Program, name: str) -> None:
    """One program tries them all; the last error is not caught."""
    keys = [make(program) for make in REFUSED]

    result = program(
        f"""
        *caught, last = enumerate({keys})

        def table(number, key):
            EncryptedTable(f"{name}-{{number}}", {{"partition_key": {{"name": "id"}}, "key_arn": key}})

        for number, key in caught:
            try:
                table(number, key)
            except Exception as error:
                print(*str(error).split())  # in one line
        table(*last)
        """
    ).up()

    assert result.exit_code != 0
    messages = [event["diagnosticEvent"]["message"] for event in result.events if "diagnosticEvent" in event]
    unsaid = [
        reason
        for number, reason in enumerate(REFUSED.values())
        if not any(f"{name}-{number}" in message and reason in message for message in messages)
    ]
    assert unsaid == []
    assert "Traceback" not in result.output
    assert [t for t in program.run.aws.client("dynamodb").list_tables()["TableNames"] if name in t] == []


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("key.key_id", "is not a KMS key's ARN"),
        ("away.arn", "is not in the table's Region, us-east-1"),
        ("asymmetric.arn", "DynamoDB needs SYMMETRIC_DEFAULT"),
    ],
)
def test_an_unsuitable_key_of_the_same_program_is_one_clear_message(
    program: Program, name: str, output: str, reason: str
) -> None:
    result = program(
        f"""
        key = aws.kms.Key("key")
        away = aws.kms.Key("away", region="eu-west-1")
        asymmetric = aws.kms.Key("asymmetric", customer_master_key_spec="RSA_2048")
        EncryptedTable("{name}", {{"partition_key": {{"name": "id"}}, "key_arn": {output}}})
        """
    ).up()

    assert result.exit_code != 0
    assert f"table '{name}': keyArn: " in result.output
    assert reason in result.output
    assert "Traceback" not in result.output
    assert name not in program.run.aws.client("dynamodb").list_tables()["TableNames"]


def test_an_existing_key_encrypts_the_table(program: Program, name: str) -> None:
    key = symmetric(program)

    program(
        f'EncryptedTable("{name}", {{"partition_key": {{"name": "id"}}, "key_arn": "{key}", '
        '"ephemeral": True})'
    ).up().checked()

    table = program.run.aws.client("dynamodb").describe_table(TableName=name)["Table"]
    assert table["SSEDescription"]["KMSMasterKeyArn"] == key
    program.stack.destroy().checked()
