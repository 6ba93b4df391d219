"""How long `verify` takes for many tables and principals, in parallel and one call at a time.

Run it by hand: `venv/bin/python -m tests.benchmarks.verify_many_tables`. The local AWS is one process, so
both runs are bound by the processor; `--latency-ms` shows what parallel calls gain over a network: that
time is waited before each request is sent, as a round trip to AWS would.
"""

import argparse
import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from rich.console import Console

from local_aws.process import running
from tests.verify.world import World, declare
from verify.declared import parse_outputs
from verify.parallel import Parallel
from verify.principals import CredentialSources
from verify.run import Options, targets_of, verify

TARGET_SECONDS = 30.0
console = Console()


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
    """Every request of every session made inside waits first, and is counted."""
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


def measure(outputs_text: str, roles: tuple[str, ...], workers: int, milliseconds: float) -> float:
    """Seconds of one verification; it must end as declared."""
    outputs = parse_outputs(outputs_text, "benchmark")
    options = Options(workers=workers, sources=CredentialSources(assume_roles=roles))
    calls: Counter[str] = Counter()
    with latency(milliseconds, calls):
        started = time.monotonic()
        report = verify(targets_of(outputs), outputs, options, Parallel(workers, Console(stderr=True)))
        seconds = time.monotonic() - started
    if report.verdict.exit_status != 0:
        raise SystemExit(f"not as declared: {[finding.text for finding in report.findings][:3]}")
    proven = sum(cell.basis == "proven" for cell in report.access)
    console.print(
        f"{workers:3} at once, {milliseconds:g} ms latency: {seconds:6.1f} s, {proven} calls proven, "
        f"{sum(calls.values())} requests, {sum(calls.values()) / seconds:.0f} requests/s"
    )
    return seconds


def main() -> None:
    """Build, measure, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=100)
    parser.add_argument("--roles", type=int, default=3, help="beside the caller and the test user")
    parser.add_argument("--workers", type=int, default=16)
    parser.add_argument("--latency-ms", type=float, default=0)
    parser.add_argument("--skip-sequential", action="store_true")
    given = parser.parse_args()
    with running() as aws:
        os.environ.update(aws.environment())
        outputs, roles = build(World(aws), given.tables, given.roles)
        console.print(f"{given.tables} tables, {given.roles + 2} principals")
        parallel = measure(outputs, roles, given.workers, given.latency_ms)
        if not given.skip_sequential:
            sequential = measure(outputs, roles, 1, given.latency_ms)
            console.print(f"parallel is {sequential / parallel:.1f} times as fast")
    verdict = "kept" if parallel < TARGET_SECONDS else "MISSED"
    console.print(f"target of {TARGET_SECONDS:g} s: {verdict}")


if __name__ == "__main__":
    main()
