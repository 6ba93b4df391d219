"""What the component costs over the same resources written out: the engine's preview of both."""

from collections.abc import Iterator, Sequence

from local_aws.local_run import LocalRun
from tests.benchmarks.measure import Comparison, pairs_for, side_by_side
from tests.benchmarks.stacks import planned, previewer, program

TARGET = 1.1


def findings(run: LocalRun, sizes: Sequence[int] = (1, 100, 1000)) -> Iterator[Comparison]:
    """One comparison for each number of tables; both programs plan the very same AWS resources."""
    policy = key_policy_of_component(run)
    for tables in sizes:
        component = program(run, "component", tables)
        raw = program(run, "raw", tables, KEY_POLICY=policy)
        if tables == min(sizes):
            ensure_same(planned(component.preview().checked()), planned(raw.preview().checked()))
        yield side_by_side(
            f"Preview of {tables:,} table{'s' * (tables > 1)}: component against raw resources",
            previewer(component),
            previewer(raw),
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
