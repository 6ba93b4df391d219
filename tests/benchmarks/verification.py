"""How long `verify` takes for many tables and principals, in parallel and one call at a time.

The local AWS is one process, so both are bound by the processor. Each request is delayed by the time of
a round trip to AWS, to show what parallel calls gain over a network.
"""

import json
import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import boto3
from rich.console import Console

from encrypted_tables.verify.collect.credentials import CredentialSources
from encrypted_tables.verify.collect.declared import parse_outputs
from encrypted_tables.verify.collect.parallel import Parallel
from encrypted_tables.verify.run import Options, targets_of, verify
from local.local_run import LocalRun
from tests.benchmarks.measure import Comparison
from tests.verify.world import World, declare

TARGET_SECONDS = 30.0
LATENCY_MILLISECONDS = 10
WORKERS = 16
ROLES = 3  # beside the caller and the test user


def build(world: World, tables: int, roles: int) -> tuple[str, tuple[str, ...]]:
    """Tables with a key each, a test user and roles; the stack outputs and the roles' ARNs."""
    user = world.user()
    members = [world.role() for _ in range(roles)]
    outputs: dict[str, Any] = declare("unused", "arn:aws:kms:x", user=user)
    outputs["tables"] = {}
    for number in range(tables):
        key = world.key(*members[:2])
        access = dict.fromkeys(members[:2], "keyUser")
        outputs["tables"][f"t{number}"] = declare(world.table(key), key, access)["tables"]["orders"]
    return json.dumps(outputs), tuple(members)


@contextmanager
def latency(milliseconds: float, calls: Counter[str]) -> Iterator[None]:
    """Delay and count every request of sessions that are created in the block."""
    real = boto3.Session.client

    def slow(self: boto3.Session, service: str, *args: object, **kwargs: object) -> Any:  # noqa: ANN401
        client = real(self, service, *args, **kwargs)

        def wait(**_: object) -> None:
            calls[service] += 1
            time.sleep(milliseconds / 1000)

        client.meta.events.register("before-send", wait)
        return client

    boto3.Session.client = slow
    try:
        yield
    finally:
        boto3.Session.client = real


def duration(outputs_text: str, roles: tuple[str, ...], workers: int, calls: Counter[str]) -> float:
    """Seconds of one verification; it must end as declared."""
    outputs = parse_outputs(outputs_text, "benchmark")
    options = Options(workers=workers, sources=CredentialSources(assume_roles=roles))
    with latency(LATENCY_MILLISECONDS, calls):
        started = time.monotonic()
        report = verify(targets_of(outputs), outputs, options, Parallel(workers, Console(stderr=True)))
        seconds = time.monotonic() - started
    if report.verdict.exit_status != 0:
        raise RuntimeError(f"not as declared: {[finding.text for finding in report.findings][:3]}")
    return seconds


def findings(run: LocalRun, sizes: Sequence[int] = (100,)) -> Iterator[Comparison]:
    """Each number of tables, by five principals: 16 calls at a time against one at a time."""
    for tables in sizes:
        with environment(run.aws.environment()):
            outputs, roles = build(World(run.aws), tables, ROLES)
            calls: Counter[str] = Counter()
            parallel = duration(outputs, roles, WORKERS, calls)
            sequential = duration(outputs, roles, 1, Counter())
        kept = "reached" if parallel < TARGET_SECONDS else "missed"
        yield Comparison(
            f"`verify` of {tables} tables by {ROLES + 2} principals, {calls.total():,} requests of "
            f"{LATENCY_MILLISECONDS} ms latency: {WORKERS} at a time against one at a time "
            f"(target of {TARGET_SECONDS:g} s: {kept})",
            parallel,
            sequential,
            parallel / sequential,
            1,
        )


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """These variables in this process' environment, for the length of the block."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
