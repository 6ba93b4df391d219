"""Each operation of DynamoDB, its streams, DAX and KMS in the installed botocore is classified."""

import re
from functools import cache

import botocore.session
import pytest

from encrypted_tables.iam.actions import (
    ADMINISTRATION_ACTIONS,
    COPY_ACTIONS,
    ITEM_ACTIONS,
    KMS_ACROSS_ACCOUNTS,
    Access,
)
from encrypted_tables.iam.operations import ACTIONS_OF_OPERATIONS, BY_SERVICE, Effect, effects_of

# The prefix of the IAM actions of each service model.
PREFIXES = {"dynamodb": "dynamodb", "dynamodbstreams": "dynamodb", "dax": "dax", "kms": "kms"}
CROSS_ACCOUNT = re.compile(r"Cross-account use(?:</b>)?:?(?:</b>)? *(Yes|No)", re.IGNORECASE)


@cache
def model(service: str) -> botocore.model.ServiceModel:
    return botocore.session.get_session().get_service_model(service)


@pytest.mark.parametrize("service", PREFIXES)
def test_each_operation_is_classified(service: str) -> None:
    def is_classified(operation: str) -> bool:
        try:
            return list(effects_of(PREFIXES[service], operation)) != []
        except KeyError:
            return False

    operations = model(service).operation_names

    assert len(operations) > 3
    assert [one for one in operations if not is_classified(one)] == []


@pytest.mark.parametrize("service", BY_SERVICE)
def test_each_action_has_one_effect(service: str) -> None:
    names = [name for names in BY_SERVICE[service].values() for name in names]

    assert sorted(set(names)) == sorted(names)


def test_operations_with_actions_of_other_names_exist() -> None:
    known = {operation for service in PREFIXES for operation in model(service).operation_names}

    assert ACTIONS_OF_OPERATIONS.keys() <= known


@pytest.mark.parametrize(
    ("operation", "effects"),
    [
        ("ExecuteStatement", {Effect.READS, Effect.WRITES}),
        ("BatchExecuteStatement", {Effect.READS, Effect.WRITES}),
        ("TransactGetItems", {Effect.READS}),
        ("TransactWriteItems", {Effect.READS, Effect.WRITES}),
        ("SearchVectors", {Effect.READS}),
        ("GetRecords", {Effect.READS}),
        ("StartBulkPutItems", {Effect.WRITES}),
        ("ExportTableToPointInTime", {Effect.COPIES}),
        ("EnableKinesisStreamingDestination", {Effect.COPIES}),
        ("CreateBackup", {Effect.COPIES}),
        ("RestoreTableToPointInTime", {Effect.COPIES}),
        ("PutResourcePolicy", {Effect.LETS_IN}),
        ("UpdateTable", {Effect.PROTECTS}),
        ("DescribeTable", {Effect.NONE}),
    ],
)
def test_an_operation_has_the_effects_of_its_actions(operation: str, effects: set[Effect]) -> None:
    assert set(effects_of("dynamodb", operation)) == effects


def test_the_accesses_are_the_actions_of_the_table() -> None:
    assert {"dynamodb:SearchVectors", "dynamodb:ConditionCheckItem"} <= set(ITEM_ACTIONS[Access.READ])
    assert "dynamodb:StartBulkPutItems" in ITEM_ACTIONS[Access.WRITE]
    assert {"dynamodb:StartAwsBackupJob", "dynamodb:RestoreTableFromAwsBackup"} <= set(COPY_ACTIONS)
    assert {"kms:ReplicateKey", "kms:UpdateAlias", "kms:ImportKeyMaterial"} <= set(ADMINISTRATION_ACTIONS)


def test_kms_operations_across_accounts_match_the_documentation() -> None:
    documented = set()
    for operation in model("kms").operation_names:
        text = re.sub(r"\s+", " ", model("kms").operation_model(operation).documentation)
        match = CROSS_ACCOUNT.search(text)
        if match and match[1] == "Yes":
            documented |= {
                f"kms:{name}".lower() for name in ACTIONS_OF_OPERATIONS.get(operation, (operation,))
            }

    assert documented == KMS_ACROSS_ACCOUNTS
