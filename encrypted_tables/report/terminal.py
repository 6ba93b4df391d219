"""Reports as text: in colour on a terminal; one line per row without truncation for pipes and CI."""

import os
import sys

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from encrypted_tables.report.subject import Subject

_UNLIMITED = 100_000


def console(*, stderr: bool = False) -> Console:
    """Standard output or standard error. Outside a terminal, lines are never wrapped."""
    stream = sys.stderr if stderr else sys.stdout
    is_window = stream.isatty() and not os.environ.get("CI")
    return Console(stderr=stderr, width=None if is_window else _UNLIMITED, highlight=False)


def print_subject(subject: Subject, on: Console) -> None:
    """Print each fact of the subject on a line, with an endpoint outside AWS in red."""
    grid = Table.grid(Column(no_wrap=True), Column(overflow="fold"), padding=(0, 2))
    for label, value in subject.facts.items():
        is_warning = label == "endpoint" and not subject.is_aws
        grid.add_row(Text(label, style="dim"), Text(value, style="bold red" if is_warning else ""))
    on.print(grid)
