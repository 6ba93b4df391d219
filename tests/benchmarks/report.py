"""The findings as people read them: in the terminal and in the docs."""

import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table

from local.local_run import ROOT
from tests.benchmarks.measure import Comparison, Finding, Grid

REPORT = ROOT / "docs" / "benchmarks.md"
INTRODUCTION = """# Benchmarks

Written by `make bench` or `venv/bin/python -m tests.benchmarks --write`; `--help` tells how to run a part, or
other numbers of tables. Times are medians, a ratio is the median of the ratios pair by pair; of each pair,
both are run in turn, in alternating order.
"""
COLUMNS = ("What", "Ours (s)", "Baseline (s)", "Ratio", "Target", "Pairs of runs")


@dataclass(frozen=True)
class Conditions:
    """Under which the findings were made; `load` is how many processes wanted a core the minute before."""

    command: str
    started: datetime
    load: float

    @classmethod
    def now(cls, part: str, sizes: Sequence[int]) -> "Conditions":
        """As they are at the start."""
        sized = ["--sizes", *map(str, sizes)] if sizes else []
        command = " ".join(["python -m tests.benchmarks", part, *sized])
        return cls(command, datetime.now(UTC), os.getloadavg()[0])

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
        if self.load > cores / 2:
            lines.append(
                f"**The machine was busy** (load {self.load:.1f} on {cores} cores at the start, "
                "parts of this run before it included): times may be longer than alone; "
                "ratios compare runs made in turn."
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


def section(findings: Sequence[Finding], conditions: Conditions) -> str:
    """The grids of one part for the docs, with the date and the machine."""
    lines = conditions.lines()
    for grid in grids(findings):
        lines += [
            "",
            f"### {grid.title}",
            "",
            f"| {' | '.join(grid.columns)} |",
            f"|{'---|' * len(grid.columns)}",
        ]
        lines += [f"| {' | '.join(row)} |" for row in grid.rows]
    return "\n".join(lines) + "\n"


def write(sections: dict[str, str], parts: Iterable[str]) -> None:
    """Put the sections in the page; those of other parts stay as they were."""
    kept = REPORT.read_text().split("\n## ")[1:] if REPORT.exists() else []
    known = {part: text.strip() + "\n" for part, _, text in (one.partition("\n") for one in kept)} | sections
    texts = [f"## {part}\n\n{known[part]}" for part in parts if part in known]
    REPORT.write_text("\n".join([INTRODUCTION, *texts]))
