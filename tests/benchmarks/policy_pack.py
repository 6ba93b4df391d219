"""Measures the cost of policies in a preview: in the engine, and in one pass over the engine's output."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from encrypted_tables.engine.run_preview import preview
from encrypted_tables.engine.stack import Stack
from encrypted_tables.pipeline.one_pass import one_pass
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
        pairs = pairs_for(tables)
        what = "Cold start, 1 table" if tables == 1 else f"Preview of {tables:,} tables"
        yield side_by_side(
            f"{what}: policy pack against an empty pack",
            previewer(stack, "--policy-pack", str(PACK)),
            previewer(stack, "--policy-pack", str(EMPTY_PACK)),
            pairs=pairs,
            target=TARGET,
        )
        yield side_by_side(
            f"{what}: one pass for resources, policies and access against a bare preview",
            pass_of(stack, PACK),
            pass_of(stack, None),
            pairs=pairs,
            target=TARGET,
        )


def pass_of(stack: Stack, pack: Path | None) -> Callable[[], None]:
    """A preview with its plan; with a pack, also its verdicts and the access diff."""

    def previewed() -> None:
        with tempfile.TemporaryDirectory() as directory:
            if pack is None:
                preview(stack, Path(directory))
            else:
                one_pass(stack, pack, Path(directory))

    return previewed
