"""Other ways to the items than item calls: indexes, vector search, streams and copies."""

from dataclasses import replace

import pytest

from encrypted_tables.iam.copies import KEY_UNDOCUMENTED
from encrypted_tables.iam.documents import Document
from encrypted_tables.iam.evaluate import Identity
from encrypted_tables.iam.principals import parse_principal
from encrypted_tables.verify.predict.access import Caller, KeyFacts, TableFacts
from encrypted_tables.who_can.evaluate import Subject, row
from encrypted_tables.who_can.row import Row, reason, verdict

ACCOUNT = "111122223333"
TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
STREAM = f"{TABLE}/stream/2026-01-01T00:00:00.000"


def statement(action: str, resource: str = "*", **more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


DELEGATES = statement("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
SUBJECT = Subject(
    TableFacts("orders", TABLE, ()),
    KeyFacts(KEY, [Document((DELEGATES,))], ()),
    indexes=("by-date",),
    vector_indexes=("embedding",),
    stream=TableFacts("orders", STREAM, ()),
)


def of(*statements: dict[str, object], has_key: bool = True, subject: Subject = SUBJECT) -> Row:
    decrypt = [statement("kms:Decrypt")] if has_key else []
    identity = Identity([Document((*statements, *decrypt))], is_whole=True)
    principal = parse_principal(f"arn:aws:iam::{ACCOUNT}:user/ann")
    assert principal
    return row(Caller(principal, identity), subject)


def answers(one: Row) -> tuple[str, str, str, str]:
    return tuple(verdict(answer).value for answer in (one.read, one.write, one.copy, one.administer))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("dynamodb:Query", f"{TABLE}/index/by-date"),
        ("dynamodb:PartiQLSelect", f"{TABLE}/index/*"),
        ("dynamodb:SearchVectors", f"{TABLE}/index/embedding"),
        ("dynamodb:GetRecords", f"{TABLE}/stream/*"),
        ("dynamodb:ConditionCheckItem", TABLE),
    ],
)
def test_each_way_to_items_is_read(action: str, resource: str) -> None:
    assert answers(of(statement(action, resource))) == ("yes", "no", "no", "no")


@pytest.mark.parametrize("resource", [TABLE, f"{TABLE}/index/by-date"])
def test_a_vector_search_needs_a_vector_index(resource: str) -> None:
    assert answers(of(statement("dynamodb:SearchVectors", resource)))[0] == "no"


def test_a_bulk_operation_writes() -> None:
    assert answers(of(statement("dynamodb:StartBulkPutItems"))) == ("no", "yes", "no", "no")


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("dynamodb:ExportTableToPointInTime", TABLE),
        ("dynamodb:EnableKinesisStreamingDestination", TABLE),
        ("dynamodb:CreateBackup", TABLE),
        ("dynamodb:RestoreTableFromBackup", f"{TABLE}/backup/*"),
        ("dynamodb:StartAwsBackupJob", "*"),
    ],
)
def test_a_copy_is_unknown_without_the_key(action: str, resource: str) -> None:
    allowed = statement(action, resource)

    assert answers(of(allowed)) == ("no", "no", "yes", "no")
    without = of(allowed, has_key=False)
    assert answers(without) == ("no", "no", "cannot tell", "no")
    assert KEY_UNDOCUMENTED in reason(without.copy)


def test_a_stream_is_unknown_without_the_key_and_nothing_without_a_stream() -> None:
    allowed = statement("dynamodb:GetRecords")

    assert answers(of(allowed, has_key=False))[0] == "cannot tell"
    assert answers(of(allowed, subject=replace(SUBJECT, stream=None)))[0] == "no"


def test_a_table_whose_key_cannot_be_used_cannot_be_copied_or_streamed() -> None:
    subject = replace(SUBJECT, unusable="the key is Disabled")

    assert answers(of(statement("dynamodb:*"), subject=subject))[:3] == ("no", "no", "no")


def test_who_can_change_the_table_policy_gets_access_only_with_the_key() -> None:
    shares = statement("dynamodb:PutResourcePolicy")

    assert answers(of(shares)) == ("no", "no", "no", "yes")
    assert answers(of(shares, has_key=False)) == ("no", "no", "no", "no")


@pytest.mark.parametrize(("is_aws_managed", "read"), [(True, "no"), (False, "yes")])
def test_the_aws_managed_key_can_be_used_in_its_account_only(is_aws_managed: bool, read: str) -> None:
    """The AWS owned key serves everyone that the table's policy allows."""
    other = "arn:aws:iam::444455556666:role/app"
    shared = Document((statement("dynamodb:GetItem", TABLE, Principal={"AWS": other}),))
    subject = Subject(TableFacts("orders", TABLE, (shared,)), None, is_aws_managed=is_aws_managed)
    principal = parse_principal(other)
    assert principal
    theirs = Identity([Document((statement("dynamodb:*"),))], is_whole=True)

    assert verdict(row(Caller(principal, theirs), subject).read).value == read
