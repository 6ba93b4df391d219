"""What the component costs over the same resources written out: the engine's preview of both."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from local_aws.local_run import LocalRun
from local_aws.stack import Result
from tests.benchmarks.measure import Row, side_by_side

PROGRAMS = Path(__file__).parent / "programs"
SIZES = (1, 100, 1000)


def rows(run: LocalRun) -> Iterator[Row]:
    """One row for each number of tables."""
    for tables in SIZES:
        yield side_by_side(
            f"preview of {tables:,} tables: component against raw resources",
            previewer(run, "component", tables),
            previewer(run, "raw", tables),
            target=1.1,
        )


def previewer(run: LocalRun, program: str, tables: int, *flags: str) -> Callable[[], Result]:
    """A preview of a new stack of the program with that many tables."""
    stack = run.stack(f"{program}-{tables}{len(flags)}", PROGRAMS / program)
    sized = replace(stack, environment={**stack.environment, "TABLES": str(tables)})
    return lambda: sized.preview(*flags).checked()
