"""The diff in a terminal: by table and key, a line for each principal."""

from itertools import groupby

from rich.console import Console
from rich.text import Text

from encrypted_tables.access_diff.evaluate.change import Diff
from encrypted_tables.access_diff.report.markdown import HEADINGS
from encrypted_tables.access_diff.report.sentences import Line, lines, printable


def print_diff(diff: Diff, console: Console) -> None:
    """Print the diff: gains in yellow, losses in blue, lines unwrapped."""
    console.print(Text(HEADINGS[diff.verdict], style="bold"))
    ordered = sorted(lines(diff), key=_tables_before_keys)
    for of, group in groupby(ordered, key=lambda line: line.of):
        console.print(Text(f"\n{printable(of)}"), soft_wrap=True)
        for line in group:
            because = f" ({printable(line.because)})" if line.because else ""
            colour = "yellow" if line.is_gain else "blue"
            text = Text.assemble(f"  {printable(line.who)} ", (printable(line.what), colour), because)
            console.print(text, soft_wrap=True)
    if diff.cannot_tell or diff.notes:
        console.print()
    for one in diff.cannot_tell:
        console.print(Text(f"Cannot tell {printable(one)}.", style="bold yellow"), soft_wrap=True)
    for note in diff.notes:
        console.print(Text(f"Note: {printable(note)}"), soft_wrap=True)


def _tables_before_keys(line: Line) -> tuple[bool, str]:
    return not line.of.startswith("table "), line.of
