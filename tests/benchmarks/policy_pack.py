"""What the policy pack costs a preview, against a pack that does nothing."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from local.local_run import ROOT, LocalRun
from tests.benchmarks.measure import Comparison, pairs_for, side_by_side
from tests.benchmarks.stacks import previewer, program

PACK = ROOT / "policy-pack"
EMPTY_PACK = Path(__file__).parent / "empty_pack"
TARGET = 1.1


def findings(run: LocalRun, sizes: Sequence[int] = (1, 1000)) -> Iterator[Comparison]:
    """The pack's cold start on one table, then its work on many."""
    for tables in sizes:
        stack = program(run, "component", tables)
        what = "Cold start, 1 table" if tables == 1 else f"Preview of {tables:,} tables"
        yield side_by_side(
            f"{what}: policy pack against an empty pack",
            previewer(stack, "--policy-pack", str(PACK)),
            previewer(stack, "--policy-pack", str(EMPTY_PACK)),
            pairs=pairs_for(tables),
            target=TARGET,
        )
