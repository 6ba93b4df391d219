"""Other ways to the items than item calls: streams, copies, vector search, and changes of the table."""

import pytest

from encrypted_tables.iam.copies import KEY_UNDOCUMENTED
from tests.access_diff.samples import (
    ANN,
    APP,
    MANAGE,
    OTHER_ACCOUNT,
    Resource,
    allow,
    attachment,
    changes,
    diff_of,
    key,
    sentences,
    table,
    table_arn,
    table_policy,
    user,
    user_policy,
)

TABLE = "table orders (us-east-1)"
STREAM_ARN = f"{table_arn()}/stream/2026-01-01T00:00:00.000"
COPIES = [
    "dynamodb:ExportTableToPointInTime",
    "dynamodb:EnableKinesisStreamingDestination",
    "dynamodb:CreateBackup",
    "dynamodb:StartAwsBackupJob",
    "dynamodb:RestoreTableFromBackup",
    "dynamodb:RestoreTableFromAwsBackup",
    "dynamodb:RestoreTableToPointInTime",
    "dynamodb:CreateTableReplica",
]


def stack(*, has_key: bool = True, has_stream: bool = False) -> list[Resource]:
    statements = [allow("kms:Decrypt", ANN)] if has_key else []
    return [key(MANAGE, *statements), table(streamEnabled=has_stream), user("ann")]


def gained(action: str, *, has_key: bool = True, has_stream: bool = False, resource: str = "*") -> list[str]:
    before = stack(has_key=has_key, has_stream=has_stream)
    return changes(before, [*before, user_policy("ann", allow(action, Resource=resource))])


@pytest.mark.parametrize("action", COPIES)
def test_a_copy_is_a_gain_with_the_key_and_unknown_without(action: str) -> None:
    copying = f"copying of items elsewhere ({action})"

    assert gained(action) == [f"{ANN} gains {copying}: {TABLE}"]
    assert gained(action, has_key=False) == [
        f"{ANN} may gain {copying} (cannot tell: {KEY_UNDOCUMENTED}): {TABLE}"
    ]


@pytest.mark.parametrize(
    "action", ["dynamodb:PutResourcePolicy", "dynamodb:UpdateTable", "dynamodb:DeleteBackup"]
)
@pytest.mark.parametrize("has_key", [True, False])
def test_a_change_of_policy_or_protection_needs_no_key(action: str, has_key: bool) -> None:
    assert gained(action, has_key=has_key) == [f"{ANN} gains administration of the table ({action}): {TABLE}"]


@pytest.mark.parametrize(
    "action", ["dynamodb:PartiQLSelect", "dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem"]
)
def test_partiql_batches_and_transactions_read(action: str) -> None:
    assert gained(action) == [f"{ANN} gains read: {TABLE}"]
    assert gained(action, has_key=False) == []


def test_a_bulk_operation_writes() -> None:
    assert gained("dynamodb:StartBulkPutItems") == [f"{ANN} gains write: {TABLE}"]


def test_a_vector_search_reads_an_index_and_not_the_table() -> None:
    action, index = "dynamodb:SearchVectors", f"{table_arn()}/index/"

    assert gained(action) == gained(action, resource=f"{index}*") == [f"{ANN} gains read: {TABLE}"]
    assert gained(action, resource=table_arn()) == []
    assert gained(action, resource=f"{index}embedding") == [
        f"{ANN} may gain read (cannot tell: whether {index}embedding is this resource): {TABLE}"
    ]


def test_a_vector_search_ignores_fine_grained_conditions() -> None:
    before = stack()
    condition = {"StringEquals": {"dynamodb:LeadingKeys": "ann"}}

    added = user_policy("ann", allow("dynamodb:SearchVectors", Condition=condition))

    assert changes(before, [*before, added]) == []


def test_a_stream_is_read_with_the_key_and_unknown_without() -> None:
    def of(**more: bool) -> list[str]:
        return gained("dynamodb:GetRecords", resource=f"{table_arn()}/stream/*", **more)

    assert of(has_stream=True) == [f"{ANN} gains read of the stream: {TABLE}"]
    assert of(has_stream=True, has_key=False) == [
        f"{ANN} may gain read of the stream (cannot tell: {KEY_UNDOCUMENTED}): {TABLE}"
    ]
    assert of() == []


def test_a_new_stream_is_read_by_those_who_have_the_permission() -> None:
    allowed = user_policy("ann", allow("dynamodb:GetRecords"))

    assert changes([*stack(), allowed], [*stack(has_stream=True), allowed]) == [
        f"{ANN} gains read of the stream: {TABLE}"
    ]


def test_a_stream_policy_allows_other_principals() -> None:
    before = [key(MANAGE, allow("kms:Decrypt", APP)), table(streamEnabled=True)]
    of_stream = table_policy(allow("dynamodb:GetRecords", APP))
    of_stream["inputs"]["resourceArn"] = of_stream["outputs"]["resourceArn"] = STREAM_ARN

    assert changes(before, [*before, of_stream]) == [f"{APP} gains read of the stream: {TABLE}"]


def test_a_service_that_may_export_copies_items() -> None:
    redshift = {"Service": "redshift.amazonaws.com"}
    export = {**allow("dynamodb:ExportTableToPointInTime"), "Principal": redshift}
    before = stack()
    copying = "copying of items elsewhere (dynamodb:ExportTableToPointInTime)"

    assert changes(before, [*before, table_policy(export)]) == [
        f"redshift.amazonaws.com may gain {copying} (cannot tell: {KEY_UNDOCUMENTED}): {TABLE}"
    ]


@pytest.mark.parametrize("action", ["dynamodb:ExportTableToPointInTime", "dynamodb:PutResourcePolicy"])
def test_another_account_cannot_copy_or_share_by_a_table_policy(action: str) -> None:
    before = [key(MANAGE, allow("kms:Decrypt", OTHER_ACCOUNT)), table()]

    assert changes(before, [*before, table_policy(allow(action, OTHER_ACCOUNT))]) == []


def test_a_removed_key_user_who_keeps_dynamodb_permissions_loses_the_items_only() -> None:
    full = attachment("ann")

    diff = diff_of([*stack(), full], [*stack(has_key=False), full])

    assert sentences(diff)[0] == f"{ANN} loses read and write: {TABLE}"
    assert [one.access for one in diff.changes if one.access == "copying of items elsewhere"] == []
