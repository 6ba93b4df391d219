"""The findings as people read them: in the terminal and in the docs."""

import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table

from local_aws.local_run import ROOT
from tests.benchmarks.measure import Comparison, Finding, Grid

REPORT = ROOT / "docs" / "benchmarks.md"
COLUMNS = ("What", "Ours (s)", "Baseline (s)", "Ratio", "Target", "Pairs of runs")


@dataclass(frozen=True)
class Conditions:
    """Under which the findings were made; `load` is the processes that wanted a core, before and after."""

    command: str
    started: datetime
    load: tuple[float, ...]

    @classmethod
    def now(cls, parts: Sequence[str], sizes: Sequence[int]) -> "Conditions":
        """As they are at the start."""
        sized = ["--sizes", *map(str, sizes)] if sizes else []
        command = " ".join(["python -m tests.benchmarks", *parts, *sized])
        return cls(command, datetime.now(UTC), (os.getloadavg()[0],))

    def ended(self) -> "Conditions":
        """With the load at the end."""
        return replace(self, load=(*self.load, os.getloadavg()[0]))

    def lines(self) -> list[str]:
        """The date, the machine, the load."""
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
        cores = os.cpu_count() or 0
        measured = (
            f"Measured on {self.started:%Y-%m-%d %H:%M} UTC by `{self.command}`: {platform.system()} "
            f"{platform.machine()}, {cores} cores ({processor()}), {memory:.0f} GiB, "
            f"Python {platform.python_version()}."
        )
        lines = [measured]
        if self.load[0] > cores / 2:
            lines.append(
                f"**The machine was busy with other work** (load {self.load[0]:.1f} on {cores} cores at the "
                "start): times are longer than they would be alone; ratios compare runs made in turn."
            )
        return lines


def processor() -> str:
    """The processor's model, as Linux calls it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or "model unknown"


def grids(findings: Sequence[Finding]) -> Iterator[Grid]:
    """All comparisons as one grid, then the others."""
    compared = [finding for finding in findings if isinstance(finding, Comparison)]
    if compared:
        yield Grid("Side by side", COLUMNS, [cells(one) for one in compared])
    yield from (finding for finding in findings if isinstance(finding, Grid))


def cells(one: Comparison) -> tuple[str, ...]:
    """A comparison as it is shown."""
    target = "none" if one.target is None else f"at most {one.target:g}: {verdict(one)}"
    return (one.name, f"{one.ours:.2f}", f"{one.baseline:.2f}", f"{one.ratio:.2f}", target, str(one.pairs))


def verdict(one: Comparison) -> str:
    """Whether the target is reached."""
    return "reached" if one.target is not None and round(one.ratio, 2) <= one.target else "missed"


def terminal(findings: Sequence[Finding]) -> Iterator[Table]:
    """The grids for the terminal."""
    for grid in grids(findings):
        table = Table(*grid.columns, title=grid.title)
        for row in grid.rows:
            table.add_row(*row)
        yield table


def markdown(findings: Sequence[Finding], conditions: Conditions) -> str:
    """The grids as a page, with the date and the machine."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench` with `--write`; run it on your machine. Times are medians, a ratio is the",
        "median of the ratios pair by pair; of each pair, both are run in turn, in alternating order.",
        "",
        *conditions.lines(),
    ]
    for grid in grids(findings):
        lines += [
            "",
            f"## {grid.title}",
            "",
            f"| {' | '.join(grid.columns)} |",
            f"|{'---|' * len(grid.columns)}",
        ]
        lines += [f"| {' | '.join(row)} |" for row in grid.rows]
    return "\n".join(lines) + "\n"
