"""Waits for a change of access to be seen, with new connections each time, and tells after how long.

DynamoDB keeps a table's key for about five minutes, so a removal is seen late and a grant at once.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count

from rich.console import Console
from rich.progress import Progress

from verify.classify import Outcome
from verify.observe import Table
from verify.principals import Principal
from verify.probe import ProbeItem, Prober, ProbeResult


@dataclass(frozen=True)
class Waited:
    """How a wait ended: the last answer, and whether it is the one that was waited for."""

    last: ProbeResult
    seconds: float
    tries: int
    reached: bool

    @property
    def words(self) -> str:
        """How the wait ended, for people."""
        if self.reached and self.tries == 1:
            when = "already at the first try, so no change was seen"
        elif self.reached:
            when = f"after {self.seconds} s ({self.tries} tries)"
        else:
            when = f"still, after {self.seconds} s ({self.tries} tries)"
        return f"{self.last.outcome.label} {when}. {self.last.answer.message}".strip()

    @property
    def exit_status(self) -> int:
        """0 when it was seen, 2 when the last answer says nothing, else 1."""
        if self.reached:
            return 0
        return 1 if self.last.outcome is Outcome.ALLOWED or self.last.outcome.is_denied else 2


@dataclass(frozen=True)
class Patience:
    """How long to wait and how often to try, in seconds, by which clock."""

    limit: float
    interval: float
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic


def wait_for_denial(principal: Principal, table: Table, patience: Patience, console: Console) -> Waited:
    """Read until the principal is denied, by KMS or by IAM."""
    what = f"{principal.arn} reads {table.name}; waiting for the denial"
    return _wait(principal, table, patience, lambda outcome: outcome.is_denied, _Bar(console, what))


def wait_for_access(principal: Principal, table: Table, patience: Patience, console: Console) -> Waited:
    """Read until the principal is allowed."""
    what = f"{principal.arn} does not read {table.name}; waiting for access"
    return _wait(principal, table, patience, lambda outcome: outcome is Outcome.ALLOWED, _Bar(console, what))


@dataclass(frozen=True)
class _Bar:
    console: Console
    what: str


def _wait(
    principal: Principal, table: Table, patience: Patience, wanted: Callable[[Outcome], bool], bar: _Bar
) -> Waited:
    started = patience.now()
    progress = Progress(console=bar.console, transient=True, disable=not bar.console.is_terminal)
    with progress:
        task = progress.add_task(bar.what, total=patience.limit)
        for tries in count(1):
            fresh = replace(principal, connections=principal.connections.renewed())
            (last,) = Prober(fresh, table, ProbeItem.for_table(table)).run(("GetItem",))
            seconds = patience.now() - started
            progress.update(task, completed=min(seconds, patience.limit))
            if wanted(last.outcome) or seconds + patience.interval > patience.limit:
                return Waited(last, round(seconds, 1), tries, wanted(last.outcome))
            patience.sleep(patience.interval)
    raise AssertionError("count() never ends")
