"""Waits for a change of access to be seen, with new connections each time, and tells after how long.

DynamoDB keeps a table's key for about five minutes, so a removal is seen late and a grant at once.
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


@dataclass(frozen=True)
class Waited:
    """How a wait on a table ended."""

    table: Table
    last: ProbeResult
    """The last answer."""
    seconds: float
    tries: int
    reached: bool
    """Whether the last answer is the one that was waited for."""
    proves: bool
    """Whether it was reached, and shows what was to be shown: of a removal, that there was access before."""

    @property
    def words(self) -> str:
        """How the wait ended, for people."""
        tries = f"{self.seconds} s ({self.tries} tries)"
        if self.reached and self.tries == 1:
            when = "already at the first try, so no change was seen"
        elif self.reached and not self.proves:
            when = f"after {tries}, but never allowed before, so no removal was seen"
        else:
            when = f"after {tries}" if self.reached else f"still, after {tries}"
        return f"{self.last.outcome.label} {when}. {self.last.answer.message}".strip()

    @property
    def exit_status(self) -> int:
        """0 when it was seen; 1 when it was not; 2 when the answers prove neither."""
        if self.reached:
            return 0 if self.proves else 2
        return 1 if self.last.outcome is Outcome.ALLOWED or self.last.outcome.is_denied else 2


def exit_status_of(waits: Iterable[Waited]) -> int:
    """The exit status of several waits: a change that was not seen outweighs what proves nothing."""
    statuses = {one.exit_status for one in waits}
    return 1 if 1 in statuses else max(statuses)


@dataclass(frozen=True)
class Patience:
    """How long to wait and how often to try, in seconds, by which clock."""

    limit: float
    interval: float
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic


def wait_for_denial(
    principal: Principal, tables: Sequence[Table], patience: Patience, parallel: Parallel, console: Console
) -> list[Waited]:
    """Read every table until the principal, who could read it, is denied, by KMS or by IAM."""
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
    """One table's wait; `before` is what must have been answered once for the end to prove anything."""

    principal: Principal
    table: Table
    wanted: Callable[[Outcome], bool]
    before: Outcome | None = None
    results: list[ProbeResult] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def reached(self) -> bool:
        return bool(self.results) and self.wanted(self.results[-1].outcome)

    def read(self, elapsed: Callable[[], float]) -> None:
        fresh = replace(self.principal, connections=self.principal.connections.renewed())
        self.results += Prober(fresh, self.table, ProbeItem.for_table(self.table)).run(("GetItem",))
        self.seconds = elapsed()

    def ended(self) -> Waited:
        seen = self.before is None or self.before in {result.outcome for result in self.results}
        return Waited(
            table=self.table,
            last=self.results[-1],
            seconds=round(self.seconds, 1),
            tries=len(self.results),
            reached=self.reached,
            proves=self.reached and seen,
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
            parallel.map("reading", lambda one: one.read(elapsed), pending)
            progress.update(task, completed=min(elapsed(), patience.limit))
            pending = [one for one in pending if not one.reached]
            if not pending or elapsed() + patience.interval > patience.limit:
                break
            patience.sleep(patience.interval)
    return [one.ended() for one in waits]
