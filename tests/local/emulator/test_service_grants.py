"""The grant that DynamoDB holds on a table's key."""

from local.process import LocalAws
from tests.local.emulator.resources import (
    ACCOUNT,
    encrypted_with,
    make_key,
    make_table,
    service_grants,
)


def test_a_table_has_a_grant_on_its_key_until_it_is_deleted(aws: LocalAws) -> None:
    key = make_key(aws)
    table = make_table(aws, key)

    [grant] = service_grants(aws, key)
    assert grant["RetiringPrincipal"] == "dynamodb.us-east-1.amazonaws.com"
    assert sorted(grant["Operations"]) == sorted(
        [
            "Decrypt",
            "DescribeKey",
            "Encrypt",
            "GenerateDataKey",
            "ReEncryptFrom",
            "ReEncryptTo",
            "RetireGrant",
        ]
    )
    assert grant["Constraints"]["EncryptionContextSubset"] == {
        "aws:dynamodb:tableName": table,
        "aws:dynamodb:subscriberId": ACCOUNT,
    }
    aws.client("dynamodb").delete_table(TableName=table)
    assert service_grants(aws, key) == []


def test_a_new_key_gets_the_grant_and_the_old_one_loses_it(aws: LocalAws) -> None:
    old, new = make_key(aws), make_key(aws)
    table = make_table(aws, old)

    aws.client("dynamodb").update_table(TableName=table, SSESpecification=encrypted_with(new))

    assert (len(service_grants(aws, old)), len(service_grants(aws, new))) == (0, 1)


def test_two_tables_have_a_grant_each(aws: LocalAws) -> None:
    key = make_key(aws)
    first, _second = make_table(aws, key), make_table(aws, key)

    aws.client("dynamodb").delete_table(TableName=first)

    assert len(service_grants(aws, key)) == 1
