"""Shows the findings in the terminal and in the docs."""

import ast
import hashlib
import os
import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table

from local.local_run import ROOT
from tests.benchmarks.measure import Comparison, Finding, Grid

REPORT = ROOT / "docs" / "benchmarks.md"
MEASURED: Mapping[str, Sequence[str]] = {
    "component": ("components",),
    "bare-component": ("components",),
    "pack": ("policy-pack", "components", "encrypted_tables/engine", "encrypted_tables/access_diff"),
    "checkov": ("policy-pack", "components"),
    "verify": ("encrypted_tables/verify", "encrypted_tables/iam"),
    "who-can": ("encrypted_tables/who_can", "encrypted_tables/iam"),
    "soak": ("components", "local"),
}
"""The sources that each part measures."""
STALE = (
    "**These sources have changed since then.** `python -m tests.benchmarks {part} --write` measures again."
)
TITLE = "# Benchmarks\n"
INTRODUCTION = """\
Written by `make bench` or `venv/bin/python -m tests.benchmarks --write`; `--help` explains how to run a
part or other numbers of tables. Times are medians. Both programs of a pair run in turn, in alternating
order, and a ratio is the median of the ratios of all pairs. A section says if its sources have changed
since it was measured; a test checks that.
"""
COLUMNS = ("What", "Ours (s)", "Baseline (s)", "Ratio", "Target", "Pairs of runs")


@dataclass(frozen=True)
class Conditions:
    """The conditions of a measurement; `load` is the load average of the minute before."""

    part: str
    command: str
    started: datetime
    load: float

    @classmethod
    def now(cls, part: str, sizes: Sequence[int]) -> "Conditions":
        """The current conditions, at the start."""
        sized = ["--sizes", *map(str, sizes)] if sizes else []
        command = " ".join(["python -m tests.benchmarks", part, *sized])
        return cls(part, command, datetime.now(UTC), os.getloadavg()[0])

    def lines(self) -> list[str]:
        """The date, the machine, the load."""
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
        cores = os.cpu_count() or 0
        measured = (
            f"Measured on {self.started:%Y-%m-%d %H:%M} UTC by `{self.command}`: {platform.system()} "
            f"{platform.machine()}, {cores} cores ({processor()}), {memory:.0f} GiB, "
            f"Python {platform.python_version()}."
        )
        lines = [measured, sources_line(self.part)]
        if self.load > cores / 2:
            lines.append(
                f"**The machine was busy** (load {self.load:.1f} on {cores} cores at the start, "
                "parts of this run before it included): times may be longer than alone; "
                "ratios compare runs made in turn."
            )
        return lines


def sources_line(part: str) -> str:
    """The sources of a part's figures, with a digest of their text."""
    return f"Sources: {', '.join(f'`{one}`' for one in MEASURED[part])}, digest `{digest_of(part)}`."


def digest_of(part: str) -> str:
    """A digest of the sources of a part, without comments and docstrings."""
    files = sorted(
        file
        for folder in MEASURED[part]
        for file in (ROOT / folder).rglob("*.py")
        if not {"venv", "build", "__pycache__"} & {*file.relative_to(ROOT).parts}
    )
    digest = hashlib.sha256()
    for file in files:
        program = ast.dump(_without_docstrings(ast.parse(file.read_text(encoding="utf-8"))))
        digest.update(f"{file.relative_to(ROOT)}\n{program}\n".encode())
    return digest.hexdigest()[:12]


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            documented = ast.get_docstring(node, clean=False) is not None
            node.body = node.body[1:] if documented else node.body
    return tree


def marked(part: str, text: str) -> str:
    """A section, with a note if its sources have changed."""
    stale = STALE.format(part=part)
    lines = [line for line in text.splitlines() if line != stale]
    if sources_line(part) not in lines:
        place = next((n for n, line in enumerate(lines) if line.startswith("Measured on")), 0)
        lines.insert(place + 1, stale)
    return "\n".join(lines) + "\n"


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
    """A comparison as a row."""
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
    """Write the sections into the page, without changing those of other parts."""
    kept = REPORT.read_text().split("\n## ")[1:] if REPORT.exists() else []
    known = {part: text.strip() + "\n" for part, _, text in (one.partition("\n") for one in kept)} | sections
    current = {part: marked(part, known[part]) for part in parts if part in known}
    texts = [f"## {part}\n\n{text}" for part, text in current.items()]
    REPORT.write_text("\n".join([TITLE, summary(current), INTRODUCTION, *texts]))


def summary(sections: Mapping[str, str]) -> str:
    """How many targets each part reaches and misses, and whether its figures are of the current sources."""
    rows = [
        f"| [{part}](#{part}) | {text.count(': reached')} | {text.count(': missed')} "
        f"| {'no' if STALE.format(part=part) in text else 'yes'} |"
        for part, text in sections.items()
    ]
    head = (
        "| Part | Targets reached | Targets missed | Measured with the current sources |\n|---|---|---|---|"
    )
    return "\n".join([head, *rows]) + "\n"
