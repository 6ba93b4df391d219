"""The who-can report as one self-contained page."""

from collections.abc import Sequence

from encrypted_tables.iam.principals import who
from encrypted_tables.report.page import render_page
from encrypted_tables.report.subject import Subject
from encrypted_tables.who_can.report import TableRows, groups, limits, proof
from encrypted_tables.who_can.row import Row, Verdict, reason, verdict

_TONES = {Verdict.YES: "good", Verdict.NO: "no", Verdict.CANNOT_TELL: "unsure"}
_COLUMNS = {
    "read": "read",
    "write": "write",
    "useKey": "use the key",
    "administer": "administer",
    "copy": "copy elsewhere",
}


def render_html(tables: Sequence[TableRows], subject: Subject) -> str:
    """The report as an HTML page without external resources. A row with several principals can be
    expanded.
    """
    rows = [row for table in tables for row in table.rows]
    return render_page(
        "who_can/page.html",
        subject,
        tables=tables,
        limits=limits(tables),
        looked_at=max((table.looked_at for table in tables), default=0),
        with_access=len({row.principal for row in rows if row.can_use}),
        can_grant=len({row.principal for row in rows if not row.can_use and row.can_administer}),
        cannot_tell=len({row.principal for row in rows if row.is_open}),
        groups=groups,
        cells=_cells,
        columns=list(_COLUMNS.values()),
        proof=proof,
        who=who,
    )


def _cells(row: Row) -> list[tuple[str, str, str, str]]:
    """For each answer: its column, its style, the answer, and the reason unless the answer is "no"."""
    found = []
    for name, answer in row.answers.items():
        grade = verdict(answer)
        decides = "" if grade is Verdict.NO else reason(answer)
        found.append((_COLUMNS[name], _TONES[grade], grade.value, decides))
    return found
