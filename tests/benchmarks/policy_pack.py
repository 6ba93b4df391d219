"""What the policy pack costs a preview, against a pack without policies."""

from collections.abc import Iterator
from pathlib import Path

from local_aws.local_run import ROOT, LocalRun
from tests.benchmarks.component import previewer
from tests.benchmarks.measure import Row, side_by_side

PACK = ROOT / "policy-pack"
EMPTY_PACK = Path(__file__).parent / "empty_pack"


def rows(run: LocalRun) -> Iterator[Row]:
    """The pack's start on the smallest program, then its work on a thousand tables."""
    for tables, title in ((1, "cold start of the pack"), (1000, "preview of 1,000 tables with the pack")):
        yield side_by_side(
            f"{title} against an empty pack",
            previewer(run, "component", tables, "--policy-pack", str(PACK)),
            previewer(run, "component", tables, "--policy-pack", str(EMPTY_PACK)),
            target=1.1,
        )
