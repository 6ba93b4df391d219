"""Who-can reports: a table for people, JSON and CSV for programs and access reviews."""

import csv
import io
import json
from collections.abc import Hashable, Iterable
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from encrypted_tables.iam.principals import ANYONE, who
from encrypted_tables.report.subject import Subject
from encrypted_tables.who_can.row import Row, verdict

SCHEMA_VERSION = "1.1"
_COLUMNS = ("read", "write", "key", "administer", "copy", "basis")


@dataclass(frozen=True)
class TableRows:
    """A table and everyone who has any access to it."""

    name: str
    region: str
    looked_at: int
    """How many principals were evaluated."""
    rows: list[Row]
    limits: tuple[str, ...] = ()
    """What the answers do not cover, and policy entries that allow nobody."""

    @property
    def sections(self) -> dict[str, list[Row]]:
        """The rows by kind of access: access now, access that it can grant to itself, and only copies."""
        others = [row for row in self.rows if not row.can_use]
        return {
            "can read, write or use the key": [row for row in self.rows if row.can_use],
            "no access, but can grant it to itself": [row for row in others if row.can_administer],
            "no access, but may copy items elsewhere": [row for row in others if not row.can_administer],
        }


def groups(rows: Iterable[Row]) -> list[list[Row]]:
    """The rows grouped by equal answers and reasons, ordered by the first row of each group."""
    found: dict[Hashable, list[Row]] = {}
    for row in rows:
        same = (tuple(row.answers.values()), tuple(row.because), row.is_proven)
        found.setdefault(same, []).append(row)
    return list(found.values())


def render_json(tables: Iterable[TableRows], subject: Subject) -> str:
    """One JSON object."""
    content = {
        "schema_version": SCHEMA_VERSION,
        "subject": asdict(subject),
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


def render_csv(tables: Iterable[TableRows], subject: Subject) -> str:
    """A line for each principal of each table, with the subject."""
    text = io.StringIO()
    writer = csv.writer(text)
    about = subject.columns
    writer.writerow(["table", "region", "principal", *Row(ANYONE).answers, "proven", "because", *about])
    for table in tables:
        for row in table.rows:
            answers = [verdict(answer).value for answer in row.answers.values()]
            proven = "yes" if row.is_proven else "no"
            place = (table.name, table.region, _name(row))
            writer.writerow([*place, *answers, proven, "; ".join(row.because), *about.values()])
    return text.getvalue()


def print_table(tables: Iterable[TableRows], console: Console, *, unfold: bool = False) -> None:
    """Each section of each table, for a terminal.

    Principals with the same answers and reasons share a row unless `unfold`.
    """
    for one in tables:
        console.print(Text(_heading(one)))
        for limit in one.limits:
            console.print(Text(f"note: {limit}"))
        for heading, rows in one.sections.items():
            _print(heading, [[row] for row in rows] if unfold else groups(rows), console)


def render_lines(tables: Iterable[TableRows]) -> str:
    """A line for each principal of each table, for pipes, with columns separated by tabs."""
    lines = []
    for table in tables:
        lines += [_heading(table), *(f"note: {limit}" for limit in table.limits)]
        for heading, rows in table.sections.items():
            for row in rows:
                answers = (f"{name}: {answer}" for name, answer in zip(_COLUMNS, _answers(row), strict=True))
                place = (table.name, table.region, who(row.principal), heading)
                lines.append("\t".join([*place, *answers, "; ".join(row.because)]))
    return "\n".join(lines) + "\n"


def _heading(table: TableRows) -> str:
    return f"{table.name} ({table.region}): {table.looked_at} principals evaluated"


def limits(tables: Iterable[TableRows]) -> list[str]:
    """What the answers for the tables do not cover, without duplicates."""
    return list(dict.fromkeys(limit for one in tables for limit in one.limits))


def _print(heading: str, found: list[list[Row]], console: Console) -> None:
    if not found:
        return
    table = Table(title=heading, title_justify="left", box=None, pad_edge=False)
    for column in _COLUMNS:
        table.add_column(column, no_wrap=True)
    table.add_column("principal", overflow="fold")
    table.add_column("because", overflow="fold")
    for rows in found:
        names = [who(row.principal) for row in rows]
        shown = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more (--all shows them)"
        table.add_row(*_answers(rows[0]), Text(shown), Text("\n".join(rows[0].because)))
    console.print(table)


def _answers(row: Row) -> list[str]:
    return [*(verdict(answer).value for answer in row.answers.values()), proof(row)]


def proof(row: Row) -> str:
    """Whether the answers are proven or predicted."""
    return "proven" if row.is_proven else "predicted"
