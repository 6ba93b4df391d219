"""Times of whole runs, side by side: each pair is run in turn, so that both meet the same machine."""

import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One comparison: medians in seconds, and the median of the ratios pair by pair.

    `target` is the highest ratio that was aimed at; None where there is none.
    """

    name: str
    ours: float
    baseline: float
    ratio: float
    runs: int
    target: float | None = None


def side_by_side(
    name: str,
    ours: Callable[[], object],
    baseline: Callable[[], object],
    *,
    runs: int = 3,
    target: float | None = None,
) -> Row:
    """Run both in turn, `runs` times after one uncounted run of each."""
    seconds(baseline)
    seconds(ours)
    pairs = [(seconds(ours), seconds(baseline)) for _ in range(runs)]
    return Row(
        name,
        statistics.median(mine for mine, _ in pairs),
        statistics.median(other for _, other in pairs),
        statistics.median(mine / other for mine, other in pairs),
        runs,
        target,
    )


def seconds(action: Callable[[], object]) -> float:
    """How long the action takes, by the clock on the wall."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def peak_memory_of_children() -> int:
    """The largest memory of any process waited for so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
