"""The report as CSV: a line for each call, with the subject."""

import csv
import io

from encrypted_tables.verify.report.report import Report

_COLUMNS = (
    "table",
    "region",
    "principal",
    "declared_as",
    "call",
    "expected",
    "actual",
    "as_declared",
    "basis",
)


def render_csv(report: Report) -> str:
    """The report as CSV."""
    text = io.StringIO()
    subject = report.subject.columns
    writer = csv.writer(text)
    writer.writerow([*_COLUMNS, *subject])
    for place in report.tables:
        for row, cells in report.rows_at(place):
            roles = " ".join(place.roles_of(row.arn))
            for cell in cells.values():
                as_declared = {True: "yes", False: "no", None: "cannot tell"}[cell.as_declared]
                answers = [cell.call, cell.expected, cell.actual, as_declared, cell.basis]
                writer.writerow([place.name, place.region, row.arn, roles, *answers, *subject.values()])
    return text.getvalue()
