"""The report as one self-contained page, with the access matrix as a picture."""

from collections.abc import Iterable
from html import escape
from pathlib import Path
from string import Template

from encrypted_tables.verify.collect.inventory import Place
from encrypted_tables.verify.compare.expectation import CALLS
from encrypted_tables.verify.compare.findings import AccessCell, Finding
from encrypted_tables.verify.probe.classify import Outcome
from encrypted_tables.verify.report.report import PrincipalRow, Report
from encrypted_tables.verify.report.table import settings, short_name

_PAGE = Path(__file__).parent / "page.html"
_SHAPES = {
    Outcome.ALLOWED: '<path d="M3 8.5 6.5 12 13 4.5"/>',
    Outcome.DENIED_BY_KMS: '<circle cx="5.5" cy="8" r="3"/><path d="M8.5 8H14M11.5 8v3M14 8v2.5"/>',
    Outcome.DENIED_BY_IAM: '<circle cx="8" cy="8" r="5.5"/><path d="M4.2 4.2 11.8 11.8"/>',
    Outcome.KEY_DISABLED: '<path d="M5.5 4v8M10.5 4v8"/>',
    Outcome.KEY_PENDING_DELETION: '<circle cx="8" cy="8" r="5.5"/><path d="M8 4.5V8l2.5 2"/>',
    Outcome.COULD_NOT_TELL: '<path d="M5.5 6a2.5 2.5 0 1 1 3.6 2.2Q8 8.8 8 10M8 12.4v.2"/>',
}


def render_html(report: Report) -> str:
    """The report as an HTML page that loads nothing from anywhere."""
    page = Template(_PAGE.read_text(encoding="utf-8"))
    return page.substitute(
        verdict=report.verdict.value,
        verdict_label=escape(report.verdict.label),
        summary=escape(_summary(report)),
        legend="".join(f'<li class="{o.value}">{_icon(o)} {escape(o.label)}</li>' for o in Outcome),
        findings=_findings(report.findings),
        overview=_overview(report),
        tables="".join(_table(place, report) for place in report.tables),
        principals="".join(_principal(row) for row in report.principals),
        untried="".join(f"<li>{escape(one.source)}: {escape(one.reason)}</li>" for one in report.untried),
    )


def _summary(report: Report) -> str:
    proven = sum(cell.basis == "proven" for cell in report.access)
    predicted = len(report.access) - proven
    mode = "read-only" if report.read_only else "with a probe item, removed afterwards"
    return (
        f"Tables: {len(report.tables)}. Principals: {len(report.principals)}. Calls proven: {proven}, "
        f"predicted: {predicted}. From {report.started} to {report.finished}, {mode}, "
        f"run by {report.caller}. Report format {report.schema_version}."
    )


def _icon(outcome: Outcome) -> str:
    return f'<svg viewBox="0 0 16 16" aria-hidden="true">{_SHAPES[outcome]}</svg>'


def _findings(findings: Iterable[Finding]) -> str:
    rows = [
        f'<tr class="{one.severity.value}"><td>{escape(one.severity.value.replace("-", " "))}</td>'
        f"<td>{escape(one.table)}<br><small>{escape(one.region)}</small></td>"
        f"<td><b>{escape(one.kind)}</b><br>{escape(one.text)}<br><small>{escape(one.todo)}</small></td></tr>"
        for one in findings
    ]
    if not rows:
        return "<p>None: every setting and every access is as declared.</p>"
    head = "<tr><th>weight</th><th>table</th><th>finding</th></tr>"
    return f'<table class="findings"><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table>'


def _overview(report: Report) -> str:
    """Who reads which table, in one picture: every table a row, every principal a column."""
    names = "".join(
        f'<th scope="col" title="{escape(row.arn)}">{escape(short_name(row.arn))}</th>'
        for row in report.principals
    )
    rows = []
    for place in report.tables:
        cells = report.cells_at(place)
        marks = (_mark([cell for cell in cells if cell.principal == row.arn]) for row in report.principals)
        head = f'<th scope="row">{escape(place.name)} <small>{escape(place.region)}</small></th>'
        rows.append(f"<tr>{head}{''.join(marks)}</tr>")
    return (
        f'<table class="matrix overview"><thead><tr><th scope="col">table</th>{names}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _mark(row: list[AccessCell]) -> str:
    read = next((cell for cell in row if cell.call == "GetItem"), None)
    if read is None:
        return '<td class="none">-</td>'
    differs = any(cell.as_declared is False for cell in row)
    classes = f"{read.actual.value} mark-{read.basis}{' differs' if differs else ''}"
    return f'<td class="{classes}" title="{escape(read.actual.label)}">{_icon(read.actual)}</td>'


def _table(place: Place, report: Report) -> str:
    cells = report.cells_at(place)
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in settings(place))
    rows = []
    for row in report.principals:
        own = {cell.call: cell for cell in cells if cell.principal == row.arn}
        if own:
            rows.append(_matrix_row(place, row, own))
    replica = " <small>replica</small>" if place.is_replica else ""
    head = "".join(f'<th scope="col">{call}</th>' for call in CALLS)
    return (
        f"<section><h3>{escape(place.name)} <small>{escape(place.region)}</small>{replica}</h3>"
        f'<dl>{facts}</dl><table class="matrix"><thead><tr><th scope="col">principal</th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></section>"
    )


def _matrix_row(place: Place, row: PrincipalRow, own: dict[str, AccessCell]) -> str:
    roles = sorted(place.declared.roles_of(row.arn)) if place.declared else []
    name = escape(short_name(row.arn))
    who = f'<th scope="row"><b title="{escape(row.arn)}">{name}</b><br><small>'
    who += f"{escape(', '.join(roles) or 'not declared')}</small></th>"
    return f"<tr>{who}{''.join(_cell(own.get(call)) for call in CALLS)}</tr>"


def _cell(cell: AccessCell | None) -> str:
    if cell is None:
        return '<td class="none">-</td>'
    classes = [cell.actual.value, cell.basis] + (["differs"] if cell.as_declared is False else [])
    notes = ["predicted"] if cell.basis == "predicted" else []
    notes += [f"declared: {cell.expected.value.replace('-', ' ')}"] if cell.as_declared is False else []
    title = escape(f"{cell.code} {cell.message} {cell.request_id}".strip())
    note = "".join(f"<small>{escape(text)}</small>" for text in notes)
    return (
        f'<td class="{" ".join(classes)}" title="{title}">{_icon(cell.actual)}'
        f"<span>{escape(cell.actual.label)}</span>{note}</td>"
    )


def _principal(row: PrincipalRow) -> str:
    roles = escape(", ".join(row.roles) or "not declared")
    return (
        f"<tr><td><code>{escape(row.sts_arn or row.arn)}</code></td><td>{escape(row.source)}</td>"
        f"<td>{roles}</td></tr>"
    )
