"""Who-can reports: a table for people, JSON and CSV for programs and access reviews."""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from encrypted_tables.iam.principals import ANYONE, who
from encrypted_tables.who_can.row import Row, verdict

SCHEMA_VERSION = "1.0"


@dataclass(frozen=True)
class TableRows:
    """A table and everyone who can do something with it."""

    name: str
    region: str
    looked_at: int
    """How many principals were looked at."""
    rows: list[Row]


def render_json(tables: Iterable[TableRows]) -> str:
    """One JSON object."""
    content = {
        "schema_version": SCHEMA_VERSION,
        "tables": [
            {"name": one.name, "region": one.region, "principals": [_entry(row) for row in one.rows]}
            for one in tables
        ],
    }
    return json.dumps(content, indent=2) + "\n"


def _entry(row: Row) -> dict[str, object]:
    answers = {name: verdict(answer).value for name, answer in row.answers.items()}
    return {"arn": _name(row), **answers, "because": row.because, "proven": row.is_proven}


def _name(row: Row) -> str:
    return row.principal.arn or row.principal.name


def render_csv(tables: Iterable[TableRows]) -> str:
    """A line for each principal of each table."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["table", "region", "principal", *Row(ANYONE).answers, "proven", "because"])
    for table in tables:
        for row in table.rows:
            answers = [verdict(answer).value for answer in row.answers.values()]
            proven = "yes" if row.is_proven else "no"
            writer.writerow([table.name, table.region, _name(row), *answers, proven, "; ".join(row.because)])
    return text.getvalue()


def print_table(tables: Iterable[TableRows], console: Console) -> None:
    """Those who have access, then those who can give themselves access."""
    for one in tables:
        readers = [row for row in one.rows if row.can_use]
        administrators = [row for row in one.rows if row not in readers]
        console.print(f"{one.name} ({one.region}): {one.looked_at} principals looked at", highlight=False)
        _print(readers, "can read, write or use the key", console)
        _print(administrators, "cannot read, but can give itself access", console)


def _print(rows: list[Row], heading: str, console: Console) -> None:
    if not rows:
        return
    columns = ("read", "write", "key", "administer", "proven")
    table = Table(title=heading, title_justify="left", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, no_wrap=True)
    table.add_column("principal", overflow="fold")
    table.add_column("because", overflow="fold")
    for row in rows:
        answers = [verdict(answer).value for answer in row.answers.values()]
        proven = "yes" if row.is_proven else "predicted"
        table.add_row(*answers, proven, who(row.principal), "\n".join(row.because))
    console.print(table)
