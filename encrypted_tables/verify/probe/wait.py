"""Waits for a change of access, with new connections for each read, and measures how long it takes.

Each DynamoDB host caches a table key for each caller for up to five minutes. Added access therefore takes
effect at once, but removed access later: one host can deny while another still allows.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from rich.console import Console
from rich.progress import Progress

from encrypted_tables.verify.collect.credentials import Principal
from encrypted_tables.verify.collect.observe import Table
from encrypted_tables.verify.collect.parallel import Parallel
from encrypted_tables.verify.probe.classify import Outcome
from encrypted_tables.verify.probe.probe import ProbeItem, Prober, ProbeResult

KEY_CACHE_SECONDS = 300.0
"""How long DynamoDB can use a table key without a new call to KMS."""
CONNECTIONS = 8
"""How many new connections each try opens when it waits for a denial: each may reach another host."""


@dataclass(frozen=True)
class Waited:
    """The result of a wait on a table."""

    table: Table
    last: ProbeResult
    """The last answer; if a try got different answers, one that is not expected."""
    seconds: float
    tries: int
    reached: bool
    """True if the expected answer was seen for long enough."""
    proves: bool
    """True if the expected answer was reached and the opposite was seen before."""
    steady: float | None = None
    """For how many seconds, up to the last read, every read got the expected answer; None if the last did
    not."""
    steady_reads: int = 0
    """The number of reads in that time, each on a new connection."""

    @property
    def words(self) -> str:
        """The result in words, for people."""
        tries = f"{self.seconds} s ({self.tries} tries)"
        if self.reached and self.tries == 1 and not self.steady:
            when = "at the first try, so no change was seen"
        elif self.reached and not self.proves:
            when = f"after {tries}, but it was never allowed before, so no removal was seen"
        elif self.steady is None:
            when = f"still, after {tries}"
        elif not self.reached:
            when = f"after {tries}, but only for the last {self.steady} s: another host may still allow"
        elif self.last.outcome.is_denied:
            when = (
                f"after {tries}: in the last {self.steady} s, as long as a host can cache the table key, "
                f"no read was allowed on {self.steady_reads} new connections"
            )
        else:
            when = f"after {tries}"
        return f"{self.last.outcome.label} {when}. {self.last.answer.message}".strip()

    @property
    def exit_status(self) -> int:
        """0 if the change was seen; 1 if it was not; 2 if the answers prove neither."""
        if self.reached:
            return 0 if self.proves else 2
        if self.steady is not None:
            return 2
        return 1 if self.last.outcome is Outcome.ALLOWED or self.last.outcome.is_denied else 2


def exit_status_of(waits: Iterable[Waited]) -> int:
    """The exit status of several waits: 1 if any is 1, else the highest."""
    statuses = {one.exit_status for one in waits}
    return 1 if 1 in statuses else max(statuses)


@dataclass(frozen=True)
class Patience:
    """How long to wait and how often to try, in seconds.

    `key_cache` is how long DynamoDB can use a table key without a call to KMS: a removal is proven if no read
    was allowed for that long.
    """

    limit: float
    interval: float
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic
    key_cache: float = KEY_CACHE_SECONDS


def wait_for_denial(
    principal: Principal, tables: Sequence[Table], patience: Patience, parallel: Parallel, console: Console
) -> list[Waited]:
    """Read every table until the principal is denied for as long as a key can be cached."""
    waits = [_Wait(principal, table, lambda outcome: outcome.is_denied, Outcome.ALLOWED) for table in tables]
    return _wait(waits, patience, parallel, console, f"{principal.arn} reads; waiting for the denial")


def wait_for_access(
    principal: Principal, tables: Sequence[Table], patience: Patience, parallel: Parallel, console: Console
) -> list[Waited]:
    """Read every table until the principal is allowed."""
    waits = [_Wait(principal, table, lambda outcome: outcome is Outcome.ALLOWED) for table in tables]
    return _wait(waits, patience, parallel, console, f"{principal.arn} does not read; waiting for access")


@dataclass
class _Wait:
    """The wait on one table; it proves something only if the outcome `before` was seen first."""

    principal: Principal
    table: Table
    wanted: Callable[[Outcome], bool]
    before: Outcome | None = None
    results: list[ProbeResult] = field(default_factory=list)
    seconds: float = 0.0
    tries: int = 0
    steady_from: tuple[int, float] | None = None
    """The index of the first of the latest results that are all as expected, and when that try ended."""

    def read(self, elapsed: Callable[[], float]) -> None:
        read = [self._read_once() for _ in range(1 if self.before is None else CONNECTIONS)]
        self.results += sorted(read, key=lambda result: not self.wanted(result.outcome))
        self.seconds = elapsed()

    def _read_once(self) -> ProbeResult:
        fresh = replace(self.principal, connections=self.principal.connections.renewed())
        (result,) = Prober(fresh, self.table, ProbeItem.for_table(self.table)).run(("GetItem",))
        return result

    def try_once(self, elapsed: Callable[[], float]) -> None:
        first = len(self.results)
        self.read(elapsed)
        self.tries += 1
        if not all(self.wanted(result.outcome) for result in self.results[first:]):
            self.steady_from = None
        elif self.steady_from is None:
            self.steady_from = first, self.seconds

    @property
    def was_before(self) -> bool:
        return self.before is None or self.before in {result.outcome for result in self.results}

    @property
    def steady(self) -> float | None:
        return None if self.steady_from is None else self.seconds - self.steady_from[1]

    def is_reached(self, key_cache: float) -> bool:
        """True if further reads cannot prove more."""
        if self.steady is None:
            return False
        return self.before is None or not self.was_before or self.steady >= key_cache

    def ended(self, key_cache: float) -> Waited:
        reached = self.is_reached(key_cache)
        return Waited(
            table=self.table,
            last=self.results[-1],
            seconds=round(self.seconds, 1),
            tries=self.tries,
            reached=reached,
            proves=reached and self.was_before,
            steady=None if self.steady is None else round(self.steady, 1),
            steady_reads=0 if self.steady_from is None else len(self.results) - self.steady_from[0],
        )


def _wait(
    waits: list[_Wait], patience: Patience, parallel: Parallel, console: Console, what: str
) -> list[Waited]:
    started = patience.now()

    def elapsed() -> float:
        return patience.now() - started

    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=patience.limit)
        pending = waits
        while True:
            parallel.map("reading", lambda one: one.try_once(elapsed), pending)
            progress.update(task, completed=min(elapsed(), patience.limit))
            pending = [one for one in pending if not one.is_reached(patience.key_cache)]
            if not pending or elapsed() + patience.interval > patience.limit:
                break
            patience.sleep(patience.interval)
    return [one.ended(patience.key_cache) for one in waits]
