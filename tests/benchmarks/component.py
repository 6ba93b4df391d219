"""Compares previews of the component with previews of the same resources written out."""

from collections.abc import Iterator, Sequence

from local.local_run import LocalRun
from tests.benchmarks.measure import Comparison, pairs_for, side_by_side
from tests.benchmarks.stacks import planned, previewer, program

SIZES = (1, 100, 1000)
TARGET = 1.03
TITLES = {"component": "component", "bare": "a bare component", "raw": "raw resources"}


def findings(run: LocalRun, sizes: Sequence[int] = SIZES) -> Iterator[Comparison]:
    """Compare with raw resources. It has no target: a component is one more registration for each three."""
    return compared(run, "component", "raw", sizes, None)


def bare_findings(run: LocalRun, sizes: Sequence[int] = SIZES) -> Iterator[Comparison]:
    """Compare with the smallest possible component, and that one with raw resources."""
    yield from compared(run, "component", "bare", sizes, TARGET)
    yield from compared(run, "bare", "raw", sizes, None)


def compared(
    run: LocalRun, ours: str, baseline: str, sizes: Sequence[int], target: float | None
) -> Iterator[Comparison]:
    """One comparison for each number of tables. Both programs plan exactly the same AWS resources."""
    policy = key_policy_of_component(run)
    for tables in sizes:
        mine, other = (program(run, name, tables, KEY_POLICY=policy) for name in (ours, baseline))
        if tables == min(sizes):
            ensure_same(planned(mine.preview().checked()), planned(other.preview().checked()))
        yield side_by_side(
            f"Preview of {tables:,} table{'s' * (tables > 1)}: {TITLES[ours]} against {TITLES[baseline]}",
            previewer(mine),
            previewer(other),
            pairs=pairs_for(tables),
            target=target,
        )


def key_policy_of_component(run: LocalRun) -> str:
    """The component's key policy, with placeholders for the table and the account."""
    resources = planned(program(run, "component", 1).preview().checked())
    policy = resources["aws:kms/key:Key", "table-0000-key"]["policy"]
    return str(policy).replace("table-0000", "TABLE").replace(run.aws.account_id, "ACCOUNT")


def ensure_same(ours: object, baseline: object) -> None:
    """Check that both programs plan the same, so that only the component is compared.

    Raises:
        RuntimeError: the programs plan other AWS resources.
    """
    if ours != baseline:
        raise RuntimeError(f"the programs plan other AWS resources:\n{ours}\n{baseline}")
