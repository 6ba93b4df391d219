"""Reading and writing items of a table, with and without permission to use its key."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from local.process import LocalAws, running
from tests.local.emulator.resources import (
    ACCOUNT,
    FULL_ACCESS,
    ITEM,
    KEY_DENIED,
    ROOT,
    User,
    allow,
    error_of,
    make_key,
    make_role,
    make_table,
    make_user,
    put_policy,
    session_client,
    statement,
)

KEY = {"id": {"S": "1"}}
Call = Callable[[Any, str], Any]


def select(table: str) -> str:
    """The PartiQL statement that reads the item."""
    return f"SELECT * FROM \"{table}\" WHERE id = '1'"  # noqa: S608  # a test's own table


ITEM_CALLS: dict[str, Call] = {
    "GetItem": lambda d, t: d.get_item(TableName=t, Key=KEY),
    "PutItem": lambda d, t: d.put_item(TableName=t, Item=ITEM),
    "UpdateItem": lambda d, t: d.update_item(TableName=t, Key=KEY),
    "DeleteItem": lambda d, t: d.delete_item(TableName=t, Key={"id": {"S": "2"}}),
    "Scan": lambda d, t: d.scan(TableName=t),
    "Query": lambda d, t: d.query(
        TableName=t, KeyConditionExpression="id = :i", ExpressionAttributeValues={":i": {"S": "1"}}
    ),
    "BatchGetItem": lambda d, t: d.batch_get_item(RequestItems={t: {"Keys": [KEY]}}),
    "BatchWriteItem": lambda d, t: d.batch_write_item(RequestItems={t: [{"PutRequest": {"Item": ITEM}}]}),
    "TransactGetItems": lambda d, t: d.transact_get_items(
        TransactItems=[{"Get": {"TableName": t, "Key": KEY}}]
    ),
    "TransactWriteItems": lambda d, t: d.transact_write_items(
        TransactItems=[{"Put": {"TableName": t, "Item": ITEM}}]
    ),
    "ExecuteStatement": lambda d, t: d.execute_statement(Statement=select(t)),
    "ExecuteStatement, spelled otherwise": lambda d, t: d.execute_statement(Statement=f'select*from"{t}"'),
    "BatchExecuteStatement": lambda d, t: d.batch_execute_statement(Statements=[{"Statement": select(t)}]),
    "ExecuteTransaction": lambda d, t: d.execute_transaction(TransactStatements=[{"Statement": select(t)}]),
}


@pytest.fixture(scope="module")
def key(aws: LocalAws) -> str:
    return make_key(aws)


@pytest.fixture(scope="module")
def table(aws: LocalAws, key: str) -> str:
    return make_table(aws, key)


@pytest.fixture(scope="module")
def stranger(aws: LocalAws) -> User:
    """A user with AmazonDynamoDBFullAccess and no right to any key."""
    return make_user(aws)


@pytest.mark.parametrize("operation", ITEM_CALLS)
def test_full_access_to_dynamodb_is_not_access_to_the_data(
    aws: LocalAws, table: str, stranger: User, operation: str
) -> None:
    dynamodb = aws.client("dynamodb", stranger.credentials)

    error = error_of(lambda: ITEM_CALLS[operation](dynamodb, table))

    assert (error.code, error.status) == ("AccessDeniedException", 400)
    assert error.message.startswith(f"{KEY_DENIED}com.amazonaws.services.kms.model.AWSKMSException: ")
    assert "Error Code: AccessDeniedException" in error.message
    assert stranger.arn in error.message


@pytest.mark.parametrize("operation", ITEM_CALLS)
def test_a_key_user_may_make_every_item_call(aws: LocalAws, operation: str) -> None:
    reader = make_user(aws)
    table = make_table(aws, make_key(aws, statement(reader.arn, action="kms:Decrypt")))

    ITEM_CALLS[operation](aws.client("dynamodb", reader.credentials), table)


def test_the_owner_reads_the_item_that_it_put(aws: LocalAws, table: str) -> None:
    assert aws.client("dynamodb").get_item(TableName=table, Key=KEY)["Item"] == ITEM


def test_a_table_with_the_aws_owned_key_can_be_read_with_dynamodb_permissions_only(
    aws: LocalAws, stranger: User
) -> None:
    table = make_table(aws)

    assert aws.client("dynamodb", stranger.credentials).get_item(TableName=table, Key=KEY)["Item"] == ITEM


def test_denials_by_iam_and_by_kms_have_different_messages(aws: LocalAws, table: str) -> None:
    nobody = make_user(aws, "arn:aws:iam::aws:policy/IAMReadOnlyAccess")

    error = error_of(aws.client("dynamodb", nobody.credentials).get_item, TableName=table, Key=KEY)

    arn = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/{table}"
    assert (error.code, error.status) == ("AccessDeniedException", 400)
    assert error.message.startswith(
        f"User: {nobody.arn} is not authorized to perform: dynamodb:GetItem on resource: {arn}"
    )


def test_an_identity_policy_allows_where_the_key_policy_delegates_to_the_account(
    aws: LocalAws, table: str
) -> None:
    reader = make_user(aws)
    allow(aws, reader, "kms:Decrypt")

    assert "Item" in aws.client("dynamodb", reader.credentials).get_item(TableName=table, Key=KEY)


def test_an_identity_policy_has_no_effect_where_the_key_policy_does_not_delegate(aws: LocalAws) -> None:
    key = make_key(aws)
    table = make_table(aws, key)
    reader = make_user(aws)
    allow(aws, reader, "kms:*")
    owner = f"arn:aws:iam::{ACCOUNT}:user/owner"
    document = statement(owner)
    aws.client("kms").put_key_policy(KeyId=key, Policy=_only(document))

    error = error_of(aws.client("dynamodb", reader.credentials).get_item, TableName=table, Key=KEY)

    assert error.message.startswith(KEY_DENIED)
    assert "no resource-based policy allows" in error.message


def _only(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def test_the_root_user_is_subject_to_the_key_policy_too(aws: LocalAws) -> None:
    key = make_key(aws)
    table = make_table(aws, key)
    aws.client("kms").put_key_policy(KeyId=key, Policy=_only(statement(f"arn:aws:iam::{ACCOUNT}:user/owner")))

    error = error_of(aws.client("dynamodb", aws.root).get_item, TableName=table, Key=KEY)

    assert error.message.startswith(KEY_DENIED)


def test_an_explicit_deny_beats_every_allow(aws: LocalAws) -> None:
    reader = make_user(aws)
    allow(aws, reader, "kms:*")
    table = make_table(
        aws,
        make_key(
            aws,
            statement(reader.arn, action="kms:Decrypt"),
            statement(reader.arn, action="kms:Decrypt", Effect="Deny"),
        ),
    )

    error = error_of(aws.client("dynamodb", reader.credentials).get_item, TableName=table, Key=KEY)

    assert error.message.startswith(KEY_DENIED)
    assert "with an explicit deny" in error.message


def test_a_deny_of_all_but_one_principal_allows_only_that_one(aws: LocalAws) -> None:
    """Deny with NotPrincipal, which must name the account too: AWS may check it first."""
    reader, other = make_user(aws), make_user(aws)
    owner = f"arn:aws:iam::{ACCOUNT}:user/owner"
    deny = {
        "Effect": "Deny",
        "NotPrincipal": {"AWS": [reader.arn, owner, ROOT]},
        "Action": "kms:Decrypt",
        "Resource": "*",
    }
    key = make_key(aws, statement(reader.arn, other.arn, action="kms:Decrypt"), deny)
    table = make_table(aws, key)

    assert "Item" in aws.client("dynamodb", reader.credentials).get_item(TableName=table, Key=KEY)
    error = error_of(aws.client("dynamodb", other.credentials).get_item, TableName=table, Key=KEY)
    assert "with an explicit deny" in error.message


CONDITIONS = {
    "through DynamoDB": ({"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}, True),
    "through another service": ({"kms:ViaService": "s3.us-east-1.amazonaws.com"}, False),
    "through DynamoDB of another Region": ({"kms:ViaService": "dynamodb.eu-west-1.amazonaws.com"}, False),
    "from this account": ({"kms:CallerAccount": ACCOUNT}, True),
    "from another account": ({"kms:CallerAccount": "444455556666"}, False),
    "of this account's table": ({"kms:EncryptionContext:aws:dynamodb:subscriberId": ACCOUNT}, True),
    "of another table": ({"kms:EncryptionContext:aws:dynamodb:tableName": "another"}, False),
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_conditions_of_the_key_policy_apply(aws: LocalAws, condition: str) -> None:
    keys, allowed = CONDITIONS[condition]
    reader = make_user(aws)
    access = statement(reader.arn, action="kms:Decrypt", Condition={"StringEquals": keys})
    table = make_table(aws, make_key(aws, access))
    dynamodb = aws.client("dynamodb", reader.credentials)

    if allowed:
        assert "Item" in dynamodb.get_item(TableName=table, Key=KEY)
    else:
        assert error_of(dynamodb.get_item, TableName=table, Key=KEY).message.startswith(KEY_DENIED)


def test_access_through_dynamodb_to_one_table_is_neither_direct_access_nor_access_to_another(
    aws: LocalAws,
) -> None:
    """The strict profile's statement: ViaService, account and table name."""
    reader = make_user(aws)
    key = make_key(aws)
    mine, other = make_table(aws, key), make_table(aws, key)
    condition = {
        "kms:ViaService": "dynamodb.us-east-1.amazonaws.com",
        "kms:CallerAccount": ACCOUNT,
        "kms:EncryptionContext:aws:dynamodb:subscriberId": ACCOUNT,
        "kms:EncryptionContext:aws:dynamodb:tableName": mine,
    }
    put_policy(aws, key, statement(reader.arn, action="kms:Decrypt", Condition={"StringEquals": condition}))
    dynamodb = aws.client("dynamodb", reader.credentials)
    ciphertext = aws.client("kms").encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]

    assert "Item" in dynamodb.get_item(TableName=mine, Key=KEY)
    assert error_of(dynamodb.get_item, TableName=other, Key=KEY).message.startswith(KEY_DENIED)
    direct = error_of(aws.client("kms", reader.credentials).decrypt, CiphertextBlob=ciphertext)
    assert direct.code == "AccessDeniedException"


def test_without_a_cache_a_removal_takes_effect_immediately(aws: LocalAws) -> None:
    reader = make_user(aws)
    key = make_key(aws, statement(reader.arn, action="kms:Decrypt"))
    table = make_table(aws, key)
    dynamodb = aws.client("dynamodb", reader.credentials)
    assert "Item" in dynamodb.get_item(TableName=table, Key=KEY)

    put_policy(aws, key)

    assert error_of(dynamodb.get_item, TableName=table, Key=KEY).message.startswith(KEY_DENIED)


def test_with_a_cache_a_new_allow_takes_effect_immediately_and_a_removal_later() -> None:
    with running(table_key_cache_seconds=300) as aws:
        reader = make_user(aws)
        key = make_key(aws)
        table = make_table(aws, key)
        dynamodb = aws.client("dynamodb", reader.credentials)
        assert error_of(dynamodb.get_item, TableName=table, Key=KEY).message.startswith(KEY_DENIED)

        put_policy(aws, key, statement(reader.arn, action="kms:Decrypt"))
        assert "Item" in dynamodb.get_item(TableName=table, Key=KEY)

        put_policy(aws, key)
        assert "Item" in dynamodb.get_item(TableName=table, Key=KEY)
        aws.let_pass(300)
        assert error_of(dynamodb.get_item, TableName=table, Key=KEY).message.startswith(KEY_DENIED)


def test_a_disabled_key_is_a_validation_error_until_it_is_enabled_again(aws: LocalAws) -> None:
    key = make_key(aws)
    table = make_table(aws, key)
    dynamodb = aws.client("dynamodb")

    aws.client("kms").disable_key(KeyId=key)

    error = error_of(dynamodb.get_item, TableName=table, Key=KEY)
    assert (error.code, error.status) == ("ValidationException", 400)
    assert error.message.startswith(
        f"KMS key disabled error: com.amazonaws.services.kms.model.DisabledException: {key} is disabled."
    )
    aws.client("kms").enable_key(KeyId=key)
    assert "Item" in dynamodb.get_item(TableName=table, Key=KEY)


def test_a_key_pending_deletion_is_a_validation_error(aws: LocalAws) -> None:
    key = make_key(aws)
    table = make_table(aws, key)

    aws.client("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=7)

    error = error_of(aws.client("dynamodb").get_item, TableName=table, Key=KEY)
    assert error.code == "ValidationException"
    assert error.message.startswith(
        "KMS validation error: com.amazonaws.services.kms.model.KMSInvalidStateException"
    )
    assert f"{key} is pending deletion." in error.message


@pytest.mark.parametrize("operation", ["describe_table", "delete_table"])
def test_calls_without_data_work_with_a_disabled_key(aws: LocalAws, operation: str) -> None:
    key = make_key(aws)
    table = make_table(aws, key)
    aws.client("kms").disable_key(KeyId=key)

    assert getattr(aws.client("dynamodb"), operation)(TableName=table)


def test_a_disabled_key_stops_time_to_live_changes_and_backups(aws: LocalAws) -> None:
    key = make_key(aws)
    table = make_table(aws, key)
    aws.client("kms").disable_key(KeyId=key)
    dynamodb = aws.client("dynamodb")
    ttl = {"Enabled": True, "AttributeName": "expires"}

    assert (
        "KMS key disabled error"
        in error_of(dynamodb.update_time_to_live, TableName=table, TimeToLiveSpecification=ttl).message
    )
    assert (
        "KMS key disabled error"
        in error_of(dynamodb.create_backup, TableName=table, BackupName="b" * 3).message
    )


def test_a_session_of_a_role_reads_when_the_role_is_a_key_user(aws: LocalAws) -> None:
    role = make_role(aws, FULL_ACCESS)
    key = make_key(aws)
    table = make_table(aws, key)
    dynamodb = session_client(aws, "dynamodb", role)
    assert error_of(dynamodb.get_item, TableName=table, Key=KEY).message.startswith(KEY_DENIED)

    put_policy(aws, key, statement(role, action="kms:Decrypt"))

    assert "Item" in dynamodb.get_item(TableName=table, Key=KEY)


def test_partiql_is_authorized_by_statement_and_table(aws: LocalAws) -> None:
    reader = make_user(aws, "arn:aws:iam::aws:policy/IAMReadOnlyAccess")
    table = make_table(aws)
    arn = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/{table}"
    allow(aws, reader, "dynamodb:PartiQLSelect", Resource=arn)
    dynamodb = aws.client("dynamodb", reader.credentials)

    assert dynamodb.execute_statement(Statement=select(table))["Items"] == [ITEM]
    delete = select(table).replace("SELECT *", "DELETE")
    error = error_of(dynamodb.execute_statement, Statement=delete)
    assert "is not authorized to perform: dynamodb:PartiQLDelete" in error.message
