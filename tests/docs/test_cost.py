"""The arithmetic of docs/cost.md, against the Decrypts that the local AWS makes."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import cycle
from math import ceil
from random import Random

import botocore.session
import pytest
from botocore.config import Config

from local.process import LocalAws, isolated_session, running
from tests.documents import DOCS
from tests.verify.world import World

HOUR = 3600.0
CACHE = 300.0
ROW = re.compile(r"^\| (.+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)
CASES = [
    (client, *(int(number) for number in numbers))
    for client, *numbers in ROW.findall((DOCS / "cost.md").read_text())
]


def estimate(connections: int, calls: int, hosts: int) -> float:
    """Decrypts in an hour, by the formula of the page."""
    gap = HOUR * min(connections, hosts) / calls
    return calls / ceil(CACHE / gap)


class Client:
    """A client with one connection to DynamoDB, as the owner of the local AWS."""

    def __init__(self, aws: LocalAws, session: botocore.session.Session) -> None:
        self._dynamodb = session.create_client(
            "dynamodb",
            endpoint_url=aws.endpoint_url,
            region_name=aws.region,
            aws_access_key_id=aws.owner.access_key_id,
            aws_secret_access_key=aws.owner.secret_access_key,
            config=Config(proxies={}, max_pool_connections=1),
        )

    def read(self, table: str) -> None:
        self._dynamodb.get_item(TableName=table, Key={"id": {"S": "1"}})

    def close(self) -> None:
        """The next call opens a connection."""
        self._dynamodb.close()


def last_use(world: World, key: str) -> str:
    """The id of the event of the key's last use, which changes with each Decrypt."""
    used = world.client("kms").get_key_last_usage(KeyId=key)["KeyLastUsage"]
    return str(used["CloudTrailEventId"])


def gaps(calls: int, random: Random) -> Iterator[float]:
    """Seconds between calls that are spread almost evenly over an hour."""
    for _ in range(calls):
        yield HOUR / calls * random.uniform(0.98, 1.02)


def decrypts(connections: int, calls: int, hosts: int) -> int:
    """How many Decrypts the local AWS makes for calls within an hour, spread over connections."""
    with running(table_key_cache_seconds=CACHE, dynamodb_hosts=hosts) as aws, ExitStack() as open_clients:
        world, session = World(aws), isolated_session()
        key = world.key()
        table = world.table(key)
        is_fresh = connections == calls
        clients = [
            open_clients.enter_context(closing(Client(aws, session)))
            for _ in range(1 if is_fresh else connections)
        ]
        count, before = 0, last_use(world, key)
        for client, gap in zip(cycle(clients), gaps(calls, Random(1)), strict=False):  # noqa: S311
            client.read(table)
            now = last_use(world, key)
            count, before = count + (now != before), now
            if is_fresh:
                client.close()
            aws.let_pass(gap)
        return count


@pytest.mark.parametrize(("client", "connections", "calls", "hosts", "expected"), CASES, ids=str)
def test_the_estimate_is_within_5_percent(
    client: str, connections: int, calls: int, hosts: int, expected: int
) -> None:
    assert client in {"reused", "25 in parallel", "fresh"}
    assert round(estimate(connections, calls, hosts)) == expected

    counted = decrypts(connections, calls, hosts)

    assert counted == pytest.approx(estimate(connections, calls, hosts), rel=0.05)


def test_every_kind_of_client_is_measured() -> None:
    assert {case[0] for case in CASES} == {"reused", "25 in parallel", "fresh"}


def test_the_examples_match_the_prices() -> None:
    page = (DOCS / "cost.md").read_text()
    calls = 100 * 60 * 60 * 730

    assert f"{calls / 1e6:.1f} million requests a month, or {calls * 0.03 / 10_000:.0f} USD" in page
    assert f"makes {HOUR / CACHE * 730:,.0f} requests a month" in page
