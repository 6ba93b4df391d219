"""`make bench`: all benchmarks in one run, as one table in the terminal and in docs/benchmarks.md."""

import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from local_aws.local_run import ROOT, local_run
from tests.benchmarks import component, policy_pack
from tests.benchmarks.measure import Row

REPORT = ROOT / "docs" / "benchmarks.md"
COLUMNS = ("What", "Ours (s)", "Baseline (s)", "Ratio", "Target", "Pairs of runs")


def main() -> None:
    """Run every benchmark and report."""
    console = Console()
    with local_run() as run:
        console.print(run.description)
        rows = []
        for benchmark in (component, policy_pack):
            for row in benchmark.rows(run):
                console.print(f"{row.name}: {row.ratio:.2f}")
                rows.append(row)
    console.print(terminal(rows))
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(markdown(rows))


def cells(row: Row) -> tuple[str, ...]:
    """A row as it is shown."""
    target = f"at most {row.target}" if row.target else "none"
    return (row.name, f"{row.ours:.2f}", f"{row.baseline:.2f}", f"{row.ratio:.2f}", target, str(row.runs))


def terminal(rows: Iterable[Row]) -> Table:
    """The rows as a table for the terminal."""
    table = Table(*COLUMNS)
    for row in rows:
        table.add_row(*cells(row))
    return table


def markdown(rows: Iterable[Row]) -> str:
    """The rows as a page, with the date and the machine that they were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB"
    python = platform.python_version()
    lines = [
        "# Benchmarks",
        "",
        f"Measured by `make bench` on {datetime.now(UTC):%Y-%m-%d}: {machine}, Python {python}.",
        "Each pair is run in turn; times are medians, ratios the median of the ratios pair by pair.",
        "",
        f"| {' | '.join(COLUMNS)} |",
        f"|{'---|' * len(COLUMNS)}",
        *(f"| {' | '.join(cells(row))} |" for row in rows),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
