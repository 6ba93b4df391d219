"""A removal is never proven while a DynamoDB host still allows the principal.

Seeded runs with 17 to 64 hosts: other reads warm some hosts at different times, access is removed before or
during the wait, which has a random interval and limit. REVOCATIONS is the number of runs, REVOCATIONS_SEED
the number of the first one.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from random import Random
from typing import Any, cast

import botocore.credentials
import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from encrypted_tables.verify.collect.connections import Connections
from encrypted_tables.verify.collect.credentials import Principal
from encrypted_tables.verify.collect.observe import Table
from encrypted_tables.verify.collect.parallel import Parallel
from encrypted_tables.verify.probe.wait import KEY_CACHE_SECONDS, Patience, Waited, wait_for_denial
from local.process import LocalAws, running
from tests.iam.signed_calls import SignedCalls
from tests.verify.test_wait import read_table
from tests.verify.world import REGION, User, World

RUNS = int(os.environ.get("REVOCATIONS", "8"))
SEED = int(os.environ.get("REVOCATIONS_SEED", "1"))
FEWEST, MOST = 17, 64
QUIET = Console(quiet=True)


class NewConnections:
    """Connections of a principal, each with its own socket, instead of boto3's slow clients."""

    def __init__(self, aws: LocalAws, user: User) -> None:
        self._aws = aws
        self._user = user
        self._open: list[SignedCalls] = []

    def client(self, service: str, region: str) -> "NewConnections":
        """The client of DynamoDB is this object."""
        assert (service, region) == ("dynamodb", REGION)
        return self

    def renewed(self) -> "NewConnections":
        """The same: each call opens a connection."""
        return self

    def get_item(self, **request: object) -> Mapping[str, Any]:
        """Read on a connection that no call has used; it stays open, so that the next one is another."""
        calls = SignedCalls(self._aws.endpoint_url, REGION)
        self._open.append(calls)
        key = self._user.credentials
        credentials = botocore.credentials.Credentials(key.access_key_id, key.secret_access_key)
        answer = calls.call(credentials, "dynamodb", "GetItem", request)
        if answer.error:
            raise ClientError({"Error": {"Code": answer.error, "Message": answer.message}}, "GetItem")
        return {"ResponseMetadata": {"RequestId": ""}}

    def admits(self, table: Table) -> bool:
        """Whether a read on a new connection is allowed."""
        try:
            self.get_item(TableName=table.name, Key={"id": {"S": "1"}})
        except ClientError:
            return False
        return True

    def close(self) -> None:
        """Close all connections."""
        for one in self._open:
            one.close()
        self._open.clear()


@dataclass
class Removal:
    """A user who can read a table in a local AWS with several hosts."""

    aws: LocalAws
    hosts: int
    world: World
    user: User
    key: str
    table: Table
    passed: float = 0.0

    def let_pass(self, seconds: float) -> None:
        """Let time pass in the local AWS."""
        self.passed += seconds
        self.aws.let_pass(seconds)

    def run(self, random: Random) -> tuple[Waited, bool]:
        """Wait while access is removed. Return whether a host still allows the user at the end.

        Another program of the user reads until the removal, and goes on for a while.
        """
        self.world.set_key_users(self.key, self.user.arn)
        connections = NewConnections(self.aws, self.user)
        for _ in range(random.randint(1, self.hosts)):
            assert connections.admits(self.table)
        tries_left = random.choice((0, 1, 1, 1, 2, 3))

        def sleep(seconds: float) -> None:
            nonlocal tries_left
            for _ in range(random.randint(0, 4)):
                connections.admits(self.table)
            tries_left -= 1
            if tries_left == 0:
                self.world.set_key_users(self.key)
            self.let_pass(seconds)

        if tries_left == 0:
            self.world.set_key_users(self.key)
        waited = self._wait(connections, sleep, random)
        admits = [connections.admits(self.table) for _ in range(self.hosts + self.hosts // 2)]
        connections.close()
        self.let_pass(2 * KEY_CACHE_SECONDS)
        return waited, any(admits)

    def _wait(self, connections: NewConnections, sleep: Callable[[float], None], random: Random) -> Waited:
        who = Principal(self.user.arn, self.user.arn, "test", cast("Connections", connections))
        interval = random.uniform(60, 150)
        patience = Patience(random.uniform(300, 1800), interval, sleep, lambda: self.passed)
        (waited,) = wait_for_denial(who, [self.table], patience, Parallel(1, QUIET), QUIET)
        return waited


@contextmanager
def removal(hosts: int) -> Iterator[Removal]:
    """A local AWS with so many hosts, and a user who can read its table."""
    with running(table_key_cache_seconds=KEY_CACHE_SECONDS, dynamodb_hosts=hosts) as aws:
        world = World(aws)
        user = world.user()
        key = world.key(user.arn)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in aws.environment().items():
                patch.setenv(name, value)
            table = read_table(world.table(key))
        yield Removal(aws, hosts, world, user, key, table)


@pytest.fixture(scope="module")
def removals() -> list[tuple[int, int, Waited, bool]]:
    """The runs: their number, the number of hosts, how the wait ended, and whether a host admits then."""
    plans = sorted((Random(seed).randint(FEWEST, MOST), seed) for seed in range(SEED, SEED + RUNS))  # noqa: S311
    found = []
    for hosts, group in groupby(plans, key=lambda plan: plan[0]):
        with removal(hosts) as one:
            found += [(seed, hosts, *one.run(Random(seed))) for _, seed in group]  # noqa: S311  # runs, not secrets
    endings = Counter(
        f"{'proven' if waited.proves else 'not proven'}, {'a host admits' if admits else 'no host admits'}"
        for _, _, waited, admits in found
    )
    print(f"\n{RUNS} removals from {SEED}: {dict(endings)}")
    return found


def test_no_removal_is_proven_while_a_host_still_allows_the_principal(
    removals: list[tuple[int, int, Waited, bool]],
) -> None:
    wrong = [(seed, hosts) for seed, hosts, waited, admits in removals if waited.proves and admits]

    assert wrong == []
    assert len(removals) == RUNS


def test_a_removal_is_proven_if_the_wait_is_long_enough(
    removals: list[tuple[int, int, Waited, bool]],
) -> None:
    endings = {(waited.proves, admits) for _, _, waited, admits in removals}

    assert {(True, False), (False, True)} <= endings
