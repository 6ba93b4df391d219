"""The report as one self-contained page."""

from collections.abc import Mapping

from markupsafe import Markup

from encrypted_tables.report.page import render_page
from encrypted_tables.verify.compare.expectation import CALLS
from encrypted_tables.verify.compare.findings import AccessCell, Severity
from encrypted_tables.verify.probe.classify import Outcome
from encrypted_tables.verify.report.report import Report, Verdict
from encrypted_tables.verify.report.table import settings, short_name

_SHAPES = {
    Outcome.ALLOWED: Markup('<path d="M3 8.5 6.5 12 13 4.5"/>'),
    Outcome.DENIED_BY_KMS: Markup('<circle cx="5.5" cy="8" r="3"/><path d="M8.5 8H14M11.5 8v3M14 8v2.5"/>'),
    Outcome.DENIED_BY_IAM: Markup('<circle cx="8" cy="8" r="5.5"/><path d="M4.2 4.2 11.8 11.8"/>'),
    Outcome.KEY_DISABLED: Markup('<path d="M5.5 4v8M10.5 4v8"/>'),
    Outcome.KEY_PENDING_DELETION: Markup('<circle cx="8" cy="8" r="5.5"/><path d="M8 4.5V8l2.5 2"/>'),
    Outcome.COULD_NOT_TELL: Markup('<path d="M5.5 6a2.5 2.5 0 1 1 3.6 2.2Q8 8.8 8 10M8 12.4v.2"/>'),
}
_TONES = {
    Verdict.AS_DECLARED: "good",
    Verdict.NOTHING_DECLARED: "unsure",
    Verdict.DIFFERS: "bad",
    Verdict.COULD_NOT_TELL: "unsure",
}
_EDGES = {Severity.DIFFERS: "bad", Severity.UNKNOWN: "unsure", Severity.NOTE: "note"}


def render_html(report: Report) -> str:
    """The report as an HTML page without external resources."""
    return render_page(
        "verify/report/page.html",
        report.subject,
        report=report,
        outcomes=list(Outcome),
        shapes=_SHAPES,
        tones=_TONES,
        edges=_EDGES,
        calls=CALLS,
        settings=settings,
        short_name=short_name,
        differs=_differs,
    )


def _differs(cells: Mapping[str, AccessCell]) -> bool:
    return any(cell.as_declared is False for cell in cells.values())
