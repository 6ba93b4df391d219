"""Measures times of whole runs, alternating between the two programs so that both see the same machine."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Comparison:
    """Two times and their ratio.

    Attributes:
        name: what is compared with what.
        ours: the median in seconds.
        baseline: the other's median in seconds.
        ratio: ours to the baseline's: the median of the ratios pair by pair.
        pairs: how many pairs were run.
        target: the highest acceptable ratio; None if there is no target.
    """

    name: str
    ours: float
    baseline: float
    ratio: float
    pairs: int
    target: float | None = None


@dataclass(frozen=True)
class Grid:
    """A table of findings that are not ratios."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


Finding = Comparison | Grid


def side_by_side(
    name: str,
    ours: Callable[[], object],
    baseline: Callable[[], object],
    *,
    pairs: int,
    target: float | None = None,
) -> Comparison:
    """Run both `pairs` times in alternating order."""
    measured = []
    for number in range(pairs):
        if number % 2:
            mine, other = seconds(ours), seconds(baseline)
        else:
            other, mine = seconds(baseline), seconds(ours)
        measured.append((mine, other))
    return Comparison(
        name,
        statistics.median(mine for mine, _ in measured),
        statistics.median(other for _, other in measured),
        statistics.median(mine / other for mine, other in measured),
        pairs,
        target,
    )


def seconds(action: Callable[[], object]) -> float:
    """The wall-clock time of an action."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def pairs_for(tables: int) -> int:
    """Short runs vary more and are run more often: enough to tell a ratio of 1.03 from 1."""
    return 11 if tables < 10 else 7 if tables < 500 else 3
