"""Writes an evidence folder: every call with its answer, the reports, and a checksum of each file."""

import json
from pathlib import Path

from encrypted_tables.errors import UserError
from encrypted_tables.report.checksums import write_with_checksums
from encrypted_tables.verify.compare.findings import AccessCell
from encrypted_tables.verify.report.csv import render_csv
from encrypted_tables.verify.report.html import render_html
from encrypted_tables.verify.report.json import render_json
from encrypted_tables.verify.report.junit import render_junit
from encrypted_tables.verify.report.report import Report


def prepare_evidence(directory: Path) -> None:
    """Create the directory before any call is made.

    Raises:
        UserError: it is not empty (evidence of two runs must not mix), or cannot be created.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = next(directory.iterdir(), None)
    except OSError as error:
        raise UserError(f"--evidence {directory}: {error.strerror}.") from None
    if found:
        raise UserError(f"--evidence {directory}: not empty (it has {found.name}). Give a new directory.")


def write_evidence(report: Report, directory: Path) -> str:
    """Write the evidence of a run into a prepared directory; return the checksum of its SHA256SUMS."""
    files = {
        "calls.jsonl": "".join(_line(cell, report) for cell in report.access if cell.basis == "proven"),
        "report.json": render_json(report),
        "report.csv": render_csv(report),
        "report.html": render_html(report),
        "report.junit.xml": render_junit(report),
    }
    return write_with_checksums(directory, files)


def _line(cell: AccessCell, report: Report) -> str:
    sts_arns = {row.arn: row.sts_arn for row in report.principals}
    facts = {
        "time": cell.time,
        "principal": sts_arns[cell.principal],
        "call": f"dynamodb:{cell.call}",
        "table": cell.table,
        "region": cell.region,
        "expected": cell.expected.value,
        "outcome": cell.actual.value,
        "as_declared": cell.as_declared,
        "items_read": cell.items_read,
        "code": cell.code,
        "message": cell.message,
        "request_id": cell.request_id,
    }
    return json.dumps(facts) + "\n"
