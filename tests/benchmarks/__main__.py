"""`make bench`: all benchmarks in one run, as tables in the terminal and, with `--write`, in the docs."""

import argparse
from collections.abc import Callable, Iterator, Sequence

from rich.console import Console

from local.local_run import LocalRun, local_run
from tests.benchmarks import checkov, component, policy_pack, soak, verification, who_can
from tests.benchmarks.measure import Comparison, Finding
from tests.benchmarks.report import Conditions, section, terminal, write

PARTS: dict[str, Callable[..., Iterator[Finding]]] = {
    "component": component.findings,
    "bare-component": component.bare_findings,
    "pack": policy_pack.findings,
    "checkov": checkov.findings,
    "verify": verification.findings,
    "who-can": who_can.findings,
    "soak": soak.findings,
}


def main() -> None:
    """Run the requested benchmarks and report them. Each result is saved immediately."""
    given = arguments()
    if given.mark:
        write({}, PARTS)
        return
    console = Console()
    findings: list[Finding] = []
    for part in given.parts:
        conditions = Conditions.now(part, given.sizes)
        found = []
        with local_run() as run:
            console.print(f"{part}: {run.description}")
            for finding in measured(part, run, given.sizes):
                console.print(f"  {progress(finding)}")
                found.append(finding)
        if given.write:
            write({part: section(found, conditions)}, PARTS)
        findings += found
    for table in terminal(findings):
        console.print(table)


def measured(part: str, run: LocalRun, sizes: Sequence[int]) -> Iterator[Finding]:
    """Run one part and return its findings."""
    return PARTS[part](run, sizes) if sizes else PARTS[part](run)


def progress(finding: Finding) -> str:
    """One line of progress."""
    return f"{finding.name}: {finding.ratio:.2f}" if isinstance(finding, Comparison) else finding.title


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"some of {', '.join(PARTS)}; all when left out")
    parser.add_argument(
        "--sizes", nargs="+", type=int, default=(), help="numbers of tables; each part's own when left out"
    )
    parser.add_argument("--write", action="store_true", help="keep the tables in docs/benchmarks.md")
    parser.add_argument(
        "--mark", action="store_true", help="measure nothing; mark the sections whose sources have changed"
    )
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    given.parts = given.parts or list(PARTS)
    return given


if __name__ == "__main__":
    main()
