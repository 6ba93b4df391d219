"""An evidence directory: every call as it was answered, the settings as read, and a checksum of each file."""

import hashlib
import json
from pathlib import Path

from encrypted_tables.errors import UserError
from encrypted_tables.private_file import write_private
from encrypted_tables.verify.compare.findings import AccessCell
from encrypted_tables.verify.report.html import render_html
from encrypted_tables.verify.report.json import render_json
from encrypted_tables.verify.report.junit import render_junit
from encrypted_tables.verify.report.report import Report


def prepare_evidence(directory: Path) -> None:
    """Make the directory, before anything is tried.

    Raises:
        UserError: it is not empty, for evidence of two runs must not mix; or it cannot be made.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = next(directory.iterdir(), None)
    except OSError as error:
        raise UserError(f"--evidence {directory}: {error.strerror}.") from None
    if found:
        raise UserError(f"--evidence {directory}: not empty (it has {found.name}). Give a new directory.")


def write_evidence(report: Report, directory: Path) -> None:
    """Write the evidence of a run into a prepared directory."""
    files = {
        "calls.jsonl": "".join(_line(cell, report) for cell in report.access if cell.basis == "proven"),
        "report.json": render_json(report),
        "report.html": render_html(report),
        "report.junit.xml": render_junit(report),
    }
    for name, text in files.items():
        write_private(directory / name, text)
    sums = (f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n" for name, text in files.items())
    write_private(directory / "SHA256SUMS", "".join(sums))


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
