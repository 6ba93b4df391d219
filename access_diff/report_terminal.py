"""The diff in a terminal."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from access_diff.diff import Diff
from access_diff.report_markdown import HEADINGS
from access_diff.words import lines


def print_diff(diff: Diff, console: Console) -> None:
    """Print the diff; gains in yellow, losses in blue."""
    console.print(Text(HEADINGS[diff.verdict], style="bold"))
    rows = lines(diff)
    if rows:
        table = Table()
        for heading in ("Who", "What changes", "Of", "Because"):
            table.add_column(heading, overflow="fold")
        for row in rows:
            colour = "yellow" if row.is_gain else "blue"
            table.add_row(Text(row.who), Text(row.what, style=colour), Text(row.of), Text(row.because))
        console.print(table)
    for one in diff.cannot_tell:
        console.print(Text(f"Cannot tell {one}.", style="bold yellow"))
    for note in diff.notes:
        console.print(Text(f"Note: {note}"))
