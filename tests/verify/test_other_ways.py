"""Undeclared access by other calls than those of the access matrix."""

from collections.abc import Callable

import pytest

from encrypted_tables.iam.copies import KEY_UNDOCUMENTED
from encrypted_tables.verify.report.report import Report
from tests.verify.world import World, declare, kinds

Verified = Callable[..., Report]


def allow(*actions: str) -> dict[str, object]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*"}


def with_stream(world: World, table: str) -> None:
    specification = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    world.client("dynamodb").update_table(TableName=table, StreamSpecification=specification)


@pytest.mark.parametrize(
    ("action", "way"),
    [
        ("dynamodb:ExportTableToPointInTime", "copy"),
        ("dynamodb:RestoreTableFromBackup", "copy"),
        ("dynamodb:GetRecords", "read"),
        ("dynamodb:ConditionCheckItem", "read"),
        ("dynamodb:StartBulkPutItems", "write"),
    ],
)
def test_an_undeclared_user_with_the_key_and_another_way_differs(
    world: World, verified: Verified, action: str, way: str
) -> None:
    user, key = world.user(policy=None), world.key()
    table = world.table(key)
    with_stream(world, table)
    world.user_policy(user, allow(action, "kms:Decrypt"))

    report = verified(declare(table, key))

    assert kinds(report, user.arn) == {"allowed-but-not-declared"}
    (finding,) = [one for one in report.findings if one.principal == user.arn]
    assert finding.text.startswith(
        f"{user.arn} is not declared but can {way} items ({way}: statement 1 of policy"
    )
    assert report.verdict.exit_status == 1


def test_full_access_to_dynamodb_without_the_key_is_a_note(world: World, verified: Verified) -> None:
    user, key = world.user(), world.key()
    table = world.table(key)

    report = verified(declare(table, key))

    (note,) = [one for one in report.findings if one.kind == "may-copy-items"]
    assert (note.severity.value, report.verdict.exit_status) == ("note", 0)
    assert user.arn in note.text
    assert KEY_UNDOCUMENTED in note.text


def test_a_declared_key_user_with_a_stream_is_as_declared(world: World, verified: Verified) -> None:
    user = world.user()
    key = world.key(user.arn)
    table = world.table(key)
    with_stream(world, table)

    report = verified(declare(table, key, {user.arn: "keyUser"}))

    assert kinds(report, user.arn) == set()


def test_the_report_lists_who_can_administer_the_key_and_by_what(world: World, verified: Verified) -> None:
    user, key = world.user(policy=None), world.key()
    table = world.table(key)
    world.user_policy(user, allow("kms:PutKeyPolicy"))

    report = verified(declare(table, key))

    (rights,) = [one for one in report.rights if one.principal == user.arn]
    assert (rights.administer, rights.use_key, rights.copy) == ("yes", "no", "no")
    assert rights.because == (
        "administer: statement Enable IAM User Permissions of the key policy and statement 1 of policy extra",
    )
