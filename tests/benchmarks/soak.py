"""Creates and destroys many tables, and measures how time and memory grow with their number.

The engine's file backend writes the whole state after each step: its work grows with the square of the
resources, whatever the program. So that this does not hide how the rest grows, each number of tables is run
with the state written at the end only, and those up to `LARGEST_WITH_EACH_STEP` with each step as well.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from local.local_run import LocalRun
from tests.benchmarks.measure import Comparison, Grid, seconds
from tests.benchmarks.memory import KINDS, Memory, watched_memory
from tests.benchmarks.stacks import program

TARGET_GROWTH = 1.5
LARGEST_WITH_EACH_STEP = 100
STATE_AT_END = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}


@dataclass(frozen=True)
class Soak:
    """The seconds and the memory of all processes, for a number of tables and a way of writing the state."""

    tables: int
    state: str
    up: float
    destroy: float
    memory: Memory


def findings(run: LocalRun, sizes: Sequence[int] = (10, 100, 1000)) -> Iterator[Comparison | Grid]:
    """The figures of each size, and the growth of time per table from size to size."""
    at_end = [soak(run, tables, "at the end", **STATE_AT_END) for tables in sizes]
    each_step = [soak(run, tables, "each step") for tables in sizes if tables <= LARGEST_WITH_EACH_STEP]
    kinds = [*KINDS, "other"]
    yield Grid(
        "Soak: tables created and destroyed (peak memory in MiB)",
        (
            "Tables",
            "State written",
            "up (s)",
            "destroy (s)",
            "up, s/table",
            "destroy, s/table",
            *kinds,
            "all at one time",
        ),
        [cells(one, kinds) for one in [*at_end, *each_step]],
    )
    for soaks in (at_end, each_step):
        for smaller, larger in pairwise(soaks):
            for command in ("up", "destroy"):
                yield growth(command, smaller, larger)


def soak(run: LocalRun, tables: int, state: str, **environment: str) -> Soak:
    """Create and destroy that many tables; nothing may be left."""
    stack = program(run, "component", tables, **environment)
    with watched_memory() as memory:
        up = seconds(lambda: stack.up().checked())
        kept = stack.export()["deployment"]["resources"]
        made = sum(one["type"] == "aws:dynamodb/table:Table" for one in kept)
        destroy = seconds(lambda: stack.destroy().checked())
    left = run.aws.client("dynamodb").list_tables()["TableNames"]
    if made != tables or left:
        raise RuntimeError(f"{made} of {tables} tables were made, and {left} are left")
    return Soak(tables, state, up, destroy, memory)


def cells(one: Soak, kinds: Sequence[str]) -> tuple[str, ...]:
    """A row of the grid."""
    return (
        f"{one.tables:,}",
        one.state,
        f"{one.up:.1f}",
        f"{one.destroy:.1f}",
        f"{one.up / one.tables:.3f}",
        f"{one.destroy / one.tables:.3f}",
        *(f"{one.memory.peak_by_kind.get(kind, 0):.0f}" for kind in kinds),
        f"{one.memory.peak_together:.0f}",
    )


def growth(command: str, smaller: Soak, larger: Soak) -> Comparison:
    """The ratio of the times per table. For ten times the tables, linear growth is 1 and quadratic growth
    10.
    """
    ours = getattr(larger, command) / larger.tables
    baseline = getattr(smaller, command) / smaller.tables
    sizes = f"{larger.tables:,} tables against {smaller.tables:,}"
    name = f"`{command}`, seconds per table: {sizes}, state written {larger.state}"
    return Comparison(name, ours, baseline, ours / baseline, 1, TARGET_GROWTH)
