"""The probe item is written and removed, and nothing else is changed."""

import io
import threading
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse, HeadersDict
from rich.console import Console
from urllib3 import HTTPResponse

from encrypted_tables.verify.collect.connections import Connections
from encrypted_tables.verify.collect.credentials import Principal, caller_principal, identify
from encrypted_tables.verify.collect.observe import Table, observe_table
from encrypted_tables.verify.collect.parallel import Parallel
from encrypted_tables.verify.probe.probe import MARKER, ProbeItem, Prober
from encrypted_tables.verify.probe.prove import prove
from encrypted_tables.verify.report.report import Report
from local.process import Credentials
from tests.verify.world import REGION, World, declare, kinds, outcomes

Verified = Callable[..., Report]
AsCaller = Callable[[Credentials | None], None]


def session(credentials: Credentials) -> boto3.Session:
    return boto3.Session(
        aws_access_key_id=credentials.access_key_id, aws_secret_access_key=credentials.secret_access_key
    )


def principal(credentials: Credentials) -> Principal:
    found = identify("test", session(credentials), REGION, 4)
    assert isinstance(found, Principal)
    return found


def read_table(name: str) -> Table:
    found = observe_table(Connections(boto3.Session(), REGION), name, REGION)
    assert isinstance(found, Table)
    return found


@pytest.mark.parametrize(
    "schema",
    [
        (("id", "S"),),
        (("id", "N"),),
        (("id", "B"),),
        (("id", "S"), ("at", "N")),
        (("a name with spaces", "B"), ("name", "S")),
        (("size", "N"), (MARKER + "-at", "B")),
    ],
)
def test_a_probe_item_fits_any_primary_key_and_is_removed(
    world: World, verified: Verified, schema: tuple[tuple[str, str], ...]
) -> None:
    user = world.user()
    key = world.key(user.arn)
    table = world.table(key, schema)
    report = verified(declare(table, key, {user.arn: "keyUser"}, user))
    assert set(outcomes(report, user.arn).values()) == {"allowed"}
    assert world.items(table) == []


def test_the_items_of_the_table_are_unchanged(world: World, verified: Verified) -> None:
    user = world.user()
    key = world.key(user.arn)
    table = world.table(key)
    dynamodb = world.client("dynamodb")
    for number in range(5):
        dynamodb.put_item(TableName=table, Item={"id": {"S": str(number)}, "data": {"S": "secret data"}})
    before = world.items(table)
    report = verified(declare(table, key, {user.arn: "keyUser"}, user))
    assert world.items(table) == before
    assert "secret data" not in repr(report)


def test_an_item_with_the_probes_key_is_neither_overwritten_nor_deleted(
    world: World, as_caller: AsCaller
) -> None:
    """The put fails its condition, which still proves that the caller has access."""
    as_caller(None)
    table = read_table(world.table(world.key()))
    item = ProbeItem.for_table(table)
    theirs = {**item.primary_key, "data": {"S": "theirs"}}
    world.client("dynamodb").put_item(TableName=table.name, Item=theirs)
    prober = Prober(caller_principal(boto3.Session(), REGION, 4), table, item)
    (result,) = prober.run(("PutItem",))
    assert (result.outcome.value, result.answer.code) == ("allowed", "ConditionalCheckFailedException")
    assert prober.remove_item(prober.principal).code == ""
    assert world.items(table.name) == [theirs]


def test_an_item_of_another_run_is_not_deleted(world: World, as_caller: AsCaller) -> None:
    as_caller(None)
    table = read_table(world.table(world.key()))
    item = ProbeItem.for_table(table)
    theirs = {**item.primary_key, MARKER: {"S": "another run"}}
    world.client("dynamodb").put_item(TableName=table.name, Item=theirs)
    prober = Prober(caller_principal(boto3.Session(), REGION, 4), table, item)
    prober.remove_item(prober.principal)
    assert world.items(table.name) == [theirs]


def test_two_probe_items_never_have_the_same_key(world: World, as_caller: AsCaller) -> None:
    as_caller(None)
    table = read_table(world.table(world.key(), (("id", "N"),)))
    keys = {ProbeItem.for_table(table).primary_key["id"]["N"] for _ in range(1000)}
    assert len(keys) == 1000
    assert max(map(len, keys)) <= 38


def test_the_caller_removes_the_item_of_a_principal_that_can_put_but_not_delete(
    world: World, verified: Verified
) -> None:
    user = world.user()
    world.user_policy(user, {"Effect": "Deny", "Action": "dynamodb:DeleteItem", "Resource": "*"})
    key = world.key(user.arn)
    table = world.table(key)
    report = verified(declare(table, key, {user.arn: "keyUser"}, user))
    assert outcomes(report, user.arn)["PutItem"] == "allowed"
    assert world.items(table) == []
    assert kinds(report) == set()


def test_an_item_that_nobody_can_remove_is_reported(
    world: World, verified: Verified, as_caller: AsCaller
) -> None:
    user = world.user()
    world.user_policy(user, {"Effect": "Deny", "Action": "dynamodb:DeleteItem", "Resource": "*"})
    key = world.key(user.arn)
    table = world.table(key)
    as_caller(user.credentials)
    report = verified(declare(table, key, {user.arn: "keyUser"}))
    assert "probe-item-left" in kinds(report)
    (left,) = world.items(table)
    assert (
        next(one.text for one in report.findings if one.kind == "probe-item-left").count(left["id"]["S"]) == 1
    )


def test_an_interruption_leaves_no_item_behind(
    world: World, as_caller: AsCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_caller(None)
    user = world.user()
    table = read_table(world.table(world.key(user.arn)))
    real = Prober.run

    def interrupted(self: Prober, calls: tuple[str, ...]) -> Any:  # noqa: ANN401
        results = real(self, calls)
        if self.principal.source == "test":
            raise KeyboardInterrupt
        return results

    monkeypatch.setattr(Prober, "run", interrupted)
    principals = [caller_principal(boto3.Session(), REGION, 4), principal(user.credentials)]
    with pytest.raises(KeyboardInterrupt) as interruption:
        prove([table], principals, Parallel(4, Console(quiet=True)))
    assert world.items(table.name) == []
    assert not hasattr(interruption.value, "__notes__")
    world.user_policy(user, {"Effect": "Deny", "Action": "dynamodb:DeleteItem", "Resource": "*"})
    with pytest.raises(KeyboardInterrupt) as interruption:
        prove([table], [principals[1], principals[1]], Parallel(4, Console(quiet=True)))
    left = {item["id"]["S"] for item in world.items(table.name)}
    assert len(left) == len(interruption.value.__notes__) == 1
    assert left.pop() in interruption.value.__notes__[0]


def test_a_principal_that_can_only_read_reads_the_callers_item(world: World, verified: Verified) -> None:
    """Not only are the calls accepted: each of them reads the item that the caller put."""
    user = world.user(policy=None)
    reads = ["dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"]
    world.user_policy(user, {"Effect": "Allow", "Action": reads, "Resource": "*"})
    key = world.key(user.arn)
    report = verified(declare(world.table(key), key, {user.arn: "reader"}, user))
    read = {cell.call: cell.items_read for cell in report.access if cell.principal == user.arn}
    assert read == {"DescribeTable": None, "GetItem": 1, "PutItem": None, "Query": 1, "Scan": 1}
    assert report.verdict.exit_status == 0


def test_a_read_of_an_empty_table_returns_no_items(world: World, verified: Verified) -> None:
    key = world.key()
    report = verified(declare(world.table(key), key), read_only=True)
    read = {cell.call: (cell.actual.value, cell.items_read) for cell in report.access}
    assert (read["Query"], read["Scan"]) == (("allowed", 0), ("allowed", 0))
    assert read["GetItem"] == ("allowed", 0)


def test_a_throttled_call_is_retried(world: World, as_caller: AsCaller) -> None:
    as_caller(None)
    table = read_table(world.table(world.key()))
    who = caller_principal(boto3.Session(), REGION, 2)
    refused: list[int] = []

    def throttled(request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
        if len(refused) == 2:
            return None
        refused.append(1)
        body = b'{"__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException", "message": "slow down"}'
        return AWSResponse(
            request.url, 400, HeadersDict(), HTTPResponse(io.BytesIO(body), preload_content=False)
        )

    who.connections.client("dynamodb", REGION).meta.events.register("before-send.dynamodb.GetItem", throttled)
    (result,) = Prober(who, table, ProbeItem.for_table(table)).run(("GetItem",))
    assert (result.outcome.value, len(refused)) == ("allowed", 2)


def test_the_number_of_parallel_calls_is_limited() -> None:
    running, most, lock = 0, 0, threading.Lock()
    together = threading.Event()

    def job(number: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
            if running == 3:
                together.set()
        together.wait(5)
        with lock:
            running -= 1
        return number * 2

    assert Parallel(3, Console(quiet=True)).map("x", job, range(12)) == [n * 2 for n in range(12)]
    assert most == 3


def test_the_first_failure_of_a_job_is_raised() -> None:
    def job(number: int) -> int:
        if number == 2:
            raise ValueError("job 2")
        return number

    with pytest.raises(ValueError, match="job 2"):
        Parallel(2, Console(quiet=True)).map("x", job, range(5))
