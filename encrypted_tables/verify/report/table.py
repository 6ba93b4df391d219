"""The report in the terminal."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Column
from rich.table import Table as Grid
from rich.text import Text

from encrypted_tables.iam.principals import identity
from encrypted_tables.report.terminal import print_subject
from encrypted_tables.verify.collect.inventory import Place
from encrypted_tables.verify.collect.observe import Key, Rotation, Table, Unknown
from encrypted_tables.verify.compare.expectation import CALLS
from encrypted_tables.verify.compare.findings import AccessCell, Finding, Severity
from encrypted_tables.verify.probe.classify import Outcome
from encrypted_tables.verify.report.report import PrincipalRow, Report, Verdict

_OUTCOME_STYLE = {
    Outcome.ALLOWED: "green",
    Outcome.DENIED_BY_KMS: "magenta",
    Outcome.DENIED_BY_IAM: "blue",
}
_VERDICT_STYLE = {Verdict.AS_DECLARED: "bold green", Verdict.DIFFERS: "bold red"}
_SEVERITY_STYLE = {Severity.DIFFERS: "red", Severity.UNKNOWN: "yellow", Severity.NOTE: "dim"}


def print_report(report: Report, console: Console) -> None:
    """Print the subject, the principals, each table with its matrix, the findings and the verdict."""
    print_subject(report.subject, console)
    console.print("", _principals(report.principals))
    for place in report.tables:
        console.print(Text(""), place_heading(place), _matrix(place, report))
    console.print("", *_findings(report.findings), sep="\n")
    style = _VERDICT_STYLE.get(report.verdict, "bold yellow")
    counts = f" ({report.proven} calls proven, {len(report.access) - report.proven} predicted)"
    console.print(Text(report.verdict.label, style=style) + Text(counts, style="dim"))


def settings(place: Place) -> list[tuple[str, str]]:
    """The settings of a place: name and value, in words."""
    table, key = place.table, place.key
    if isinstance(table, Unknown):
        return [("table", _words(table))]
    rows = [("table", table.arn), ("status", table.status), ("encrypted with", _key_words(place, table))]
    if isinstance(key, Key):
        rows += [("key state", key.state), ("rotation", _rotation_words(key.rotation))]
        rows.append(("aliases", _alias_words(key.aliases)))
    return rows


def place_heading(place: Place) -> RenderableType:
    """A place's name and settings."""
    name = f"{place.name} in {place.region}" + (" (replica)" if place.is_replica else "")
    grid = Grid.grid(Column(no_wrap=True), Column(overflow="fold"), padding=(0, 2))
    for label, value in settings(place):
        grid.add_row(Text(label, style="dim"), Text(value))
    return Group(Text(name, style="bold"), grid)


def _words(unknown: Unknown) -> str:
    return f"could not read: {unknown.words}"


def _key_words(place: Place, table: Table) -> str:
    if isinstance(place.key, Unknown):
        return f"{table.key_arn} ({_words(place.key)})"
    return f"{place.key_kind} {table.key_arn or ''}".strip()


def _rotation_words(rotation: Rotation | Unknown | None) -> str:
    if isinstance(rotation, Unknown):
        return _words(rotation)
    if rotation is None:
        return "not available for this kind of key"
    if not rotation.enabled:
        return "off"
    return f"every {rotation.period_in_days} days" if rotation.period_in_days else "on"


def _alias_words(aliases: tuple[str, ...] | Unknown) -> str:
    return _words(aliases) if isinstance(aliases, Unknown) else ", ".join(aliases) or "none"


def _principals(rows: Iterable[PrincipalRow]) -> Grid:
    grid = _grid("principal", "credentials", "declared as", title="Principals", title_justify="left")
    for row in rows:
        grid.add_row(row.sts_arn or row.arn, row.source, ", ".join(row.roles) or "-")
    return grid


def _matrix(place: Place, report: Report) -> Grid:
    cells = {(cell.principal, cell.call): cell for cell in report.cells_at(place)}
    grid = _grid("principal", *CALLS, caption="≠ differs from the declaration   * predicted, not proven")
    for row in report.principals:
        own = [cells.get((row.arn, call)) for call in CALLS]
        if any(own):
            grid.add_row(short_name(row.arn), *(_cell(cell) for cell in own))
    return grid


def _grid(*columns: str, **options: Any) -> Grid:  # noqa: ANN401  # rich's own options
    """A table that wraps long text: if names were cut, two of them could look the same."""
    grid = Grid(**options)
    for column in columns:
        grid.add_column(column, overflow="fold")
    return grid


def short_name(arn: str) -> str:
    """The short name of a principal: user/name, role/name, or the account."""
    who = identity(arn)
    if who is None:
        return arn
    return f"account {who.account}" if who.kind == "root" else f"{who.kind}/{who.name}"


def _cell(cell: AccessCell | None) -> Text:
    if cell is None:
        return Text("-", style="dim")
    mark = "≠ " if cell.as_declared is False else ""
    star = " *" if cell.basis == "predicted" else ""
    style = _OUTCOME_STYLE.get(cell.actual, "yellow") + (" bold reverse" if mark else "")
    return Text(f"{mark}{cell.actual.label}{star}", style=style)


def _findings(findings: Iterable[Finding]) -> Iterable[RenderableType]:
    for one in findings:
        where = f"{one.table} ({one.region}) "
        yield (
            Text(f"{one.severity.value}: {one.kind}: ", style=_SEVERITY_STYLE[one.severity])
            + Text(where, style="bold")
            + Text(f"{one.text} {one.todo}")
        )
