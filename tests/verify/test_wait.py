"""Waiting for a change: added access is seen at once, removed access later because table keys are cached."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import boto3
import pytest
from rich.console import Console

from encrypted_tables.verify.collect.connections import Connections
from encrypted_tables.verify.collect.credentials import Principal, identify
from encrypted_tables.verify.collect.observe import Table, observe_table
from encrypted_tables.verify.collect.parallel import Parallel
from encrypted_tables.verify.probe import wait
from encrypted_tables.verify.probe.classify import Outcome
from encrypted_tables.verify.probe.probe import ProbeItem, Prober, ProbeResult
from encrypted_tables.verify.probe.wait import (
    CONNECTIONS,
    Patience,
    Waited,
    exit_status_of,
    wait_for_access,
    wait_for_denial,
)
from local.process import Credentials, LocalAws, running
from tests.verify.world import REGION, User, World

QUIET = Console(quiet=True)
FOUR = Parallel(4, QUIET)
FIVE_MINUTES = 300.0
TEN_SECONDS = 10.0
A_MINUTE = 60.0


@pytest.fixture(scope="module")
def slow_aws() -> Iterator[LocalAws]:
    """An AWS that caches table keys as long as the real one."""
    with running(table_key_cache_seconds=FIVE_MINUTES) as started:
        yield started


@pytest.fixture
def slow_world(slow_aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> World:
    for name, value in slow_aws.environment().items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    return World(slow_aws)


def principal(user: User) -> Principal:
    one: Credentials = user.credentials
    session = boto3.Session(aws_access_key_id=one.access_key_id, aws_secret_access_key=one.secret_access_key)
    found = identify("test", session, REGION, 2)
    assert isinstance(found, Principal)
    return found


def read_table(name: str) -> Table:
    found = observe_table(Connections(boto3.Session(), REGION), name, REGION)
    assert isinstance(found, Table)
    return found


def denial(who: Principal, table: Table, patience: Patience) -> Waited:
    (waited,) = wait_for_denial(who, [table], patience, FOUR, QUIET)
    return waited


def access(who: Principal, table: Table, patience: Patience) -> Waited:
    (waited,) = wait_for_access(who, [table], patience, FOUR, QUIET)
    return waited


Patient = Callable[..., Patience]


@pytest.fixture
def patience(slow_aws: LocalAws) -> Patient:
    """Try every ten seconds by default, with a clock that runs only while the waiter sleeps."""
    now = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        slow_aws.let_pass(seconds)

    return lambda limit, interval=TEN_SECONDS: Patience(limit, interval, sleep, lambda: now)


def test_a_removal_is_seen_when_the_cached_key_has_expired(slow_world: World, patience: Patient) -> None:
    user = slow_world.user()
    key = slow_world.key(user.arn)
    table = read_table(slow_world.table(key))
    who = principal(user)
    began = time.monotonic()
    assert access(who, table, patience(60)).reached
    slow_world.set_key_users(key)
    waited = denial(who, table, patience(900))
    of_this_machine = time.monotonic() - began  # the local AWS's clock runs meanwhile, too
    assert (waited.reached, waited.last.outcome.value, waited.exit_status) == (True, "denied-by-kms", 0)
    assert waited.steady == FIVE_MINUTES
    seen_after = waited.seconds - waited.steady
    assert FIVE_MINUTES - TEN_SECONDS - of_this_machine <= seen_after <= FIVE_MINUTES
    assert waited.tries == waited.seconds / TEN_SECONDS + 1
    assert waited.steady_reads == (waited.steady / TEN_SECONDS + 1) * CONNECTIONS
    assert f"after {waited.seconds} s ({waited.tries} tries)" in waited.words


def test_a_denial_of_one_host_is_no_proof_while_another_caches_the_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three hosts; the principal has read on one of them only when its access is removed."""
    with running(table_key_cache_seconds=FIVE_MINUTES, dynamodb_hosts=3) as aws:
        for name, value in aws.environment().items():
            if name.startswith("AWS_"):
                monkeypatch.setenv(name, value)
        world = World(aws)
        user = world.user()
        key = world.key(user.arn)
        table = read_table(world.table(key))
        who = principal(user)
        now = 0.0

        def sleep(seconds: float) -> None:
            nonlocal now
            now += seconds
            aws.let_pass(seconds)

        assert access(who, table, Patience(60, TEN_SECONDS, sleep, lambda: now)).reached
        world.set_key_users(key)
        one_try = denial(who, table, Patience(1, 2))
        outcomes = {who_reads(who, table) for _ in range(CONNECTIONS)}
        waited = denial(who, table, Patience(900, 50, sleep, lambda: now))

    assert outcomes == {Outcome.ALLOWED, Outcome.DENIED_BY_KMS}
    assert (one_try.last.outcome, one_try.exit_status) == (Outcome.ALLOWED, 1)
    assert (waited.exit_status, waited.steady, waited.seconds) == (0, 300, 600)


def who_reads(who: Principal, table: Table) -> Outcome:
    fresh = replace(who, connections=who.connections.renewed())
    (read,) = Prober(fresh, table, ProbeItem.for_table(table)).run(("GetItem",))
    return read.outcome


def test_added_access_is_seen_immediately(slow_world: World, patience: Patient) -> None:
    user = slow_world.user()
    key = slow_world.key()
    table = read_table(slow_world.table(key))
    who = principal(user)
    before = denial(who, table, patience(60))
    assert (before.tries, before.exit_status) == (1, 2)
    slow_world.set_key_users(key, user.arn)
    assert access(who, table, patience(60)).tries == 1


def test_a_removal_is_proven_only_of_a_principal_that_had_access(
    slow_world: World, patience: Patient
) -> None:
    """Denied before anything was removed, at once or when the key works again: no removal was seen."""
    user = slow_world.user(policy=None)
    key = slow_world.key()
    waited = denial(principal(user), read_table(slow_world.table(key)), patience(60))
    assert (waited.last.outcome.value, waited.reached, waited.exit_status) == ("denied-by-iam", True, 2)
    assert "at the first try, so no change was seen" in waited.words

    outsider = slow_world.user()
    table = read_table(slow_world.table(key))
    kms = slow_world.client("kms")
    kms.disable_key(KeyId=key)
    calm = patience(60)

    def enable_and_sleep(seconds: float) -> None:
        kms.enable_key(KeyId=key)
        calm.sleep(seconds)

    waited = denial(principal(outsider), table, replace(calm, sleep=enable_and_sleep))
    assert (waited.tries, waited.reached, waited.exit_status) == (2, True, 2)
    assert "it was never allowed before" in waited.words


def test_every_table_is_waited_for_at_the_same_time(slow_world: World, patience: Patient) -> None:
    """The cached keys of all tables expire at once, so the last table must not be denied at its first try."""
    user = slow_world.user()
    key = slow_world.key(user.arn)
    tables = [read_table(slow_world.table(key)) for _ in range(3)]
    who = principal(user)
    assert all(one.reached for one in wait_for_access(who, tables, patience(60), FOUR, QUIET))
    slow_world.set_key_users(key)
    waits = wait_for_denial(who, tables, patience(900, A_MINUTE), FOUR, QUIET)
    assert [one.table.name for one in waits] == [table.name for table in tables]
    assert [one.exit_status for one in waits] == [0, 0, 0]
    assert exit_status_of(waits) == 0


def test_a_wait_ends_at_its_limit(slow_world: World, patience: Patient) -> None:
    user = slow_world.user()
    key = slow_world.key(user.arn)
    waited = denial(principal(user), read_table(slow_world.table(key)), patience(30))
    assert (waited.reached, waited.exit_status, waited.seconds, waited.tries) == (False, 1, 30, 4)


def test_a_disabled_key_is_not_a_revocation(slow_world: World, patience: Patient) -> None:
    """Nobody reads, but not because the principal lost its access."""
    user = slow_world.user()
    key = slow_world.key(user.arn)
    table = read_table(slow_world.table(key))
    slow_world.client("kms").disable_key(KeyId=key)
    waited = denial(principal(user), table, patience(30))
    assert (waited.reached, waited.exit_status) == (False, 2)


A, D, F = Outcome.ALLOWED, Outcome.DENIED_BY_KMS, Outcome.COULD_NOT_TELL


@pytest.mark.parametrize(
    ("answers", "status", "tries"),
    [
        ([A, D, A, A, D, D, D, D], 0, 8),
        ([A, D, D, D, A, D, D, D, D], 0, 9),
        ([A, D, D, F, D, D, D, D], 0, 8),
        ([A, D, A, D, A, D, A, D, A, D, A, D], 2, 12),
        ([A, D, A, D, A, D, A, D, A, D, A, A], 1, 12),
        ([D], 2, 1),
    ],
)
def test_a_removal_is_proven_when_no_host_allowed_for_as_long_as_a_key_is_cached(
    answers: list[Outcome], status: int, tries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host with a cold cache denies at once, others allow until theirs expire; a try each 10 seconds."""
    now = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    left = list(answers)
    monkeypatch.setattr(wait._Wait, "_read_once", lambda _: result(left[0]))
    real = wait._Wait.read

    def read(self: wait._Wait, elapsed: Callable[[], float]) -> None:
        real(self, elapsed)
        left.pop(0)

    monkeypatch.setattr(wait._Wait, "read", read)
    who = cast("Principal", SimpleNamespace(arn="arn:aws:iam::111122223333:user/reader"))
    limit = TEN_SECONDS * (len(answers) - 1)
    patience = Patience(limit, TEN_SECONDS, sleep, lambda: now, key_cache=30)

    (waited,) = wait_for_denial(who, [cast("Table", None)], patience, FOUR, QUIET)

    assert (waited.exit_status, waited.tries) == (status, tries)
    assert not left


def test_one_allowed_connection_decides_the_answer_of_a_try(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([*[D] * 3, A, *[D] * (CONNECTIONS - 4)])
    monkeypatch.setattr(wait._Wait, "_read_once", lambda _: result(next(answers)))
    who = cast("Principal", SimpleNamespace(arn="arn:aws:iam::111122223333:user/reader"))
    (waited,) = wait_for_denial(who, [cast("Table", None)], Patience(1, 2), FOUR, QUIET)
    assert (waited.last.outcome, waited.exit_status) == (A, 1)


def result(outcome: Outcome) -> ProbeResult:
    return cast("ProbeResult", SimpleNamespace(outcome=outcome, answer=SimpleNamespace(message="")))


def test_every_try_uses_new_connections(
    slow_world: World, patience: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = slow_world.user()
    key = slow_world.key(user.arn)
    renewed: list[Connections] = []
    real = Connections.renewed

    def recorded(self: Connections) -> Connections:
        renewed.append(real(self))
        return renewed[-1]

    monkeypatch.setattr(Connections, "renewed", recorded)
    table = read_table(slow_world.table(key))
    waited = denial(principal(user), table, patience(30))
    assert waited.tries * CONNECTIONS == len(renewed) == len({id(one) for one in renewed}) == 4 * CONNECTIONS
