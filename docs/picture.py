"""Writes the picture of the walk-through from a run of it: `python -m docs.picture`."""

import io
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from local.local_run import local_run
from local.walkthrough.demo import print_fact, print_title
from local.walkthrough.steps import STEPS, Walkthrough

PICTURE = Path(__file__).resolve().parent / "walk-through.svg"
WIDTH = 80
_VARIES = {
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}": "1234abcd-12ab-34cd-56ef-1234567890ab",
    r"\d{4}-\d\d-\d\d\b": "2026-12-01",
}
"""Values that differ between two runs, and what the picture shows instead."""

Facts = Sequence[tuple[str, str]]


def picture(seen: Sequence[Facts]) -> str:
    """An SVG of a terminal with all steps and what each saw, without the output of the engine."""
    console = Console(record=True, force_terminal=True, width=WIDTH, file=io.StringIO(), highlight=False)
    for number, (step, facts) in enumerate(zip(STEPS, seen, strict=True), 1):
        print_title(console, number, step)
        for what, value in facts:
            print_fact(console, what, _settled(value))
    return console.export_svg(title="make demo", unique_id="walk-through")


def _settled(value: str) -> str:
    for pattern, sample in _VARIES.items():
        value = re.sub(pattern, sample, value)
    return value


def main() -> int:
    """Write the picture."""
    with local_run() as run:
        walkthrough = Walkthrough(run, run.stack("dev"), lambda _: None)
        seen = [list(step.act(walkthrough)) for step in STEPS]
    PICTURE.write_text(picture(seen), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
