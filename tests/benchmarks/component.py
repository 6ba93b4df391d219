"""What the component costs over the same resources written out: the engine's preview of both."""

from collections.abc import Iterator, Sequence

from local_aws.local_run import LocalRun
from tests.benchmarks.measure import Comparison, pairs_for, side_by_side
from tests.benchmarks.stacks import planned, previewer, program

TARGET = 1.1


def findings(run: LocalRun, sizes: Sequence[int] = (1, 100, 1000)) -> Iterator[Comparison]:
    """Over resources at the top of the program: part of it is what Pulumi takes for any component."""
    return against(run, "raw", "raw resources", sizes)


def bare_findings(run: LocalRun, sizes: Sequence[int] = (100,)) -> Iterator[Comparison]:
    """Over the least component that can hold the resources: what is left is this component's own."""
    return against(run, "bare", "a bare component", sizes)


def against(run: LocalRun, baseline: str, title: str, sizes: Sequence[int]) -> Iterator[Comparison]:
    """One comparison for each number of tables; both programs plan the very same AWS resources."""
    policy = key_policy_of_component(run)
    for tables in sizes:
        component = program(run, "component", tables)
        other = program(run, baseline, tables, KEY_POLICY=policy)
        if tables == min(sizes):
            ensure_same(planned(component.preview().checked()), planned(other.preview().checked()))
        yield side_by_side(
            f"Preview of {tables:,} table{'s' * (tables > 1)}: component against {title}",
            previewer(component),
            previewer(other),
            pairs=pairs_for(tables),
            target=TARGET,
        )


def key_policy_of_component(run: LocalRun) -> str:
    """The key policy that the component writes, with the table and the account left open."""
    resources = planned(program(run, "component", 1).preview().checked())
    policy = resources["aws:kms/key:Key", "table-0000-key"]["policy"]
    return str(policy).replace("table-0000", "TABLE").replace(run.aws.account_id, "ACCOUNT")


def ensure_same(ours: object, baseline: object) -> None:
    """Only the component is to be compared.

    Raises:
        RuntimeError: the programs plan other AWS resources.
    """
    if ours != baseline:
        raise RuntimeError(f"the programs plan other AWS resources:\n{ours}\n{baseline}")
