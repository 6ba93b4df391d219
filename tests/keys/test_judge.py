"""Whether something needs a key, evaluated from facts about AWS."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from encrypted_tables.keys.evaluate import Answer, asks_for_the_past, judge
from encrypted_tables.keys.facts import (
    BackupFacts,
    ExportFacts,
    KeyChange,
    KeyFacts,
    LastUse,
    Recovery,
    RegionFacts,
    TableFacts,
)
from encrypted_tables.verify.collect.grants import Grant
from encrypted_tables.verify.collect.observe import Unknown

NOW = datetime(2026, 11, 27, tzinfo=UTC)
ARN = "arn:aws:kms:us-east-1:111122223333:key/old"
NEW = "arn:aws:kms:us-east-1:111122223333:key/new"
DENIED = Unknown("some:Call", "AccessDeniedException", "no")


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


KEY = KeyFacts(
    arn=ARN,
    key_id="old",
    manager="CUSTOMER",
    state="Enabled",
    created=ago(400),
    deletion_date=None,
    aliases=(),
    replica_keys=(),
    grants=(),
    last_use=LastUse("Decrypt", ago(1), is_explained=True),
    tracked_since=ago(400),
)
REGION = RegionFacts((), (), {}, (), (), ())
RECOVERABLE = replace(REGION, tables=(TableFacts("orders", NEW, Recovery(ago(35), 35)),))


def test_an_unneeded_key_can_be_deleted() -> None:
    assert judge(KEY, REGION).answer is Answer.CAN_GO


@pytest.mark.parametrize(
    ("key", "region", "what"),
    [
        (KEY, replace(REGION, tables=(TableFacts("orders", ARN, None),)), "table orders"),
        (KEY, replace(REGION, backups=(BackupFacts("backup b", ARN),)), "backup b"),
        (KEY, replace(REGION, recovery_points=(BackupFacts("recovery point p", ARN),)), "recovery point p"),
        (KEY, replace(REGION, vaults={"v": ARN}), "backup vault v, which encrypts recovery points with it"),
        (replace(KEY, grants=(Grant("g", "arn:aws:iam::111122223333:role/r", ("Decrypt",)),)), REGION,
         "grant g to arn:aws:iam::111122223333:role/r"),
        (replace(KEY, replica_keys=("arn:abroad",)), REGION, "multi-Region replica key arn:abroad"),
        (replace(KEY, last_use=LastUse("Encrypt", ago(3), is_explained=False)), REGION,
         "Encrypt outside DynamoDB on 2026-11-24"),
    ],
)  # fmt: skip
def test_each_resource_that_needs_a_key_is_listed(key: KeyFacts, region: RegionFacts, what: str) -> None:
    verdict = judge(key, region)

    assert (verdict.answer, [need.what for need in verdict.needs]) == (Answer.NEEDED, [what])


@pytest.mark.parametrize(
    "region",
    [
        replace(REGION, tables=DENIED),
        replace(REGION, tables=(DENIED,)),
        replace(REGION, tables=(TableFacts("orders", NEW, DENIED),)),
        replace(REGION, backups=DENIED),
        replace(REGION, backups=(BackupFacts("backup b", DENIED),)),
        replace(REGION, vaults=DENIED, recovery_points=DENIED),
        replace(REGION, recovery_points=(DENIED,)),
        replace(REGION, exports=DENIED),
        replace(REGION, exports=(DENIED,)),
        replace(RECOVERABLE, key_changes=DENIED),
    ],
)
def test_an_unreadable_resource_makes_the_answer_cannot_tell(region: RegionFacts) -> None:
    verdict = judge(KEY, region)

    assert verdict.answer is Answer.CANNOT_TELL
    assert all("some:Call: AccessDeniedException" in reason for reason in verdict.unknown)


@pytest.mark.parametrize(
    "key",
    [
        replace(KEY, grants=DENIED),
        replace(KEY, last_use=DENIED),
        replace(KEY, last_use=LastUse("Decrypt", ago(1), is_explained=DENIED)),
    ],
)
def test_a_partly_readable_key_makes_the_answer_cannot_tell(key: KeyFacts) -> None:
    assert judge(key, REGION).answer is Answer.CANNOT_TELL


def test_one_known_need_is_enough_when_other_resources_are_unreadable() -> None:
    region = replace(REGION, tables=(TableFacts("orders", ARN, None),), backups=DENIED)

    assert judge(KEY, region).answer is Answer.NEEDED


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ([], Answer.CAN_GO),  # the table has had its key longer than it can be restored
        ([(10, NEW), (60, ARN)], Answer.NEEDED),
        ([(10, NEW), (60, "old")], Answer.NEEDED),
        ([(10, NEW), (60, "other")], Answer.CAN_GO),
        ([(10, NEW), (20, ARN), (60, "other")], Answer.NEEDED),
        ([(40, NEW), (60, ARN)], Answer.CAN_GO),
        ([(10, NEW)], Answer.CAN_GO),  # the key was used last 20 days ago: the table left another key
        ([(30, NEW)], Answer.CANNOT_TELL),
        ([(30, NEW), (60, "alias/orders")], Answer.CANNOT_TELL),
    ],
)
def test_point_in_time_recovery_needs_the_earlier_keys_of_the_table(
    changes: list[tuple[int, str]], answer: Answer
) -> None:
    used = any(key in (ARN, "old") for _, key in changes)
    key = replace(KEY, last_use=LastUse("ReEncrypt", ago(1 if used else 20), is_explained=True))
    made = tuple(KeyChange("orders", ago(days), name, is_creation=False) for days, name in changes)

    assert judge(key, replace(RECOVERABLE, key_changes=made)).answer is answer


def test_the_report_names_the_day_on_which_recovery_no_longer_needs_the_key() -> None:
    changes = (
        KeyChange("orders", ago(60), ARN, is_creation=True),
        KeyChange("orders", ago(10), NEW, is_creation=False),
    )

    (need,) = judge(KEY, replace(RECOVERABLE, key_changes=changes)).needs

    assert need.what == "point-in-time recovery of table orders, until 2026-12-22"


def test_cloudtrail_is_not_queried_for_a_key_last_used_before_the_recovery_period() -> None:
    unused = replace(KEY, last_use=LastUse("Decrypt", ago(36), is_explained=True))
    never_used = replace(KEY, last_use=None)

    assert asks_for_the_past(KEY, RECOVERABLE)
    assert not asks_for_the_past(unused, RECOVERABLE)
    assert not asks_for_the_past(never_used, RECOVERABLE)
    assert judge(unused, replace(RECOVERABLE, key_changes=None)).answer is Answer.CAN_GO


def test_a_running_export_needs_the_key_of_its_point_in_time() -> None:
    exports = (ExportFacts("arn:export/1", "orders", ago(20)),)
    changes = (KeyChange("orders", ago(60), ARN, True), KeyChange("orders", ago(10), NEW, False))
    region = replace(REGION, tables=(TableFacts("orders", NEW, None),), exports=exports, key_changes=changes)

    (need,) = judge(KEY, region).needs

    assert (need.kind, need.what) == ("export", "export 1 of table orders")
    assert judge(KEY, replace(region, exports=(ExportFacts("a", "orders", ago(5)),))).needs == ()


def test_dynamodbs_own_grant_is_reported_once_with_its_table() -> None:
    grant = Grant(
        "g", "dynamodb.us-east-1.amazonaws.com", ("Decrypt",), None, {"aws:dynamodb:tableName": "orders"}
    )
    key = replace(KEY, grants=(grant,))

    with_table = judge(key, replace(REGION, tables=(TableFacts("orders", ARN, None),)))
    changing = judge(key, replace(REGION, tables=(TableFacts("orders", NEW, None),)))

    assert [need.kind for need in with_table.needs] == ["table"]
    assert [need.kind for need in changing.needs] == ["grant"]
