"""Reports a review as a table, CSV and HTML."""

import csv
import io
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from encrypted_tables.report.page import render_page
from encrypted_tables.report.terminal import print_subject
from encrypted_tables.review.compare import Change, Review, Row
from encrypted_tables.review.evidence import Access, Right

_STYLES = {Change.NEW: "red", Change.CHANGED: "yellow", Change.CANNOT_TELL: "yellow", Change.GONE: "green"}
_TONES = {Change.NEW: "bad", Change.CHANGED: "unsure", Change.CANNOT_TELL: "unsure", Change.GONE: "good"}


def render_csv(review: Review) -> str:
    """A line for each principal and table, also without a change, with the subject of the newer run."""
    text = io.StringIO()
    subject = review.new.subject.columns
    writer = csv.writer(text)
    writer.writerow([*_COLUMNS, *subject, "old_time", "old_commit"])
    old = review.old.subject
    for row in review.rows:
        writer.writerow([*_cells(row), *subject.values(), old.finished, old.commit or ""])
    return text.getvalue()


_COLUMNS = (
    "change",
    "table",
    "region",
    "principal",
    "old_read",
    "new_read",
    "old_write",
    "new_write",
    "old_use_key",
    "new_use_key",
    "old_administer",
    "new_administer",
    "old_copy",
    "new_copy",
    "old_declared",
    "new_declared",
    "proven",
)


def _cells(row: Row) -> list[str]:
    old, new = row.old, row.new
    rights = [one for pair in zip(old.rights.values(), new.rights.values(), strict=True) for one in pair]
    return [
        row.change,
        row.table,
        row.region,
        row.principal,
        *rights,
        _roles(old),
        _roles(new),
        proven(row),
    ]


def _roles(access: Access) -> str:
    return " ".join(access.roles)


def proven(row: Row) -> str:
    """The runs that proved the access by the principal's own calls."""
    runs = [name for name, access in (("old", row.old), ("new", row.new)) if access.is_proven]
    return " and ".join(runs) or "never"


def others(access: Access) -> str:
    """What the principal could do besides reading and writing items."""
    words = {"use the key": access.use_key, "administer": access.administer, "copy": access.copy}
    open_ = [
        name if right is Right.YES else f"{name} ({right})"
        for name, right in words.items()
        if right is not Right.NO
    ]
    return ", ".join(open_) or "-"


def render_html(review: Review) -> str:
    """The review as a self-contained HTML page."""
    return render_page(
        "review/page.html",
        review.new.subject,
        review=review,
        tones=_TONES,
        proven=proven,
        others=others,
        summary=summary(review),
    )


def summary(review: Review) -> str:
    """The number of rows by kind of change."""
    count = {change: sum(row.change is change for row in review.rows) for change in Change}
    found = ", ".join(f"{number} {change}" for change, number in count.items() if number)
    return f"{found or 'nobody has access'}; {len(review.never_proven)} never proven"


def print_review(review: Review, console: Console) -> None:
    """Print both subjects, every change, and what was never proven."""
    for name, evidence in (("OLD", review.old), ("NEW", review.new)):
        console.print(Text(f"{name}: {evidence.folder}, SHA256SUMS {evidence.checksum}", style="bold"))
        print_subject(evidence.subject, console)
    _print("Changes", review.changed, console)
    _print("Never proven", [row for row in review.never_proven if row.change is Change.SAME], console)
    console.print("", Text(summary(review), style="bold"), sep="\n")


def _print(title: str, rows: Iterable[Row], console: Console) -> None:
    grid = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for column in ("change", "table", "principal", "read", "write", "other rights", "declared", "proven"):
        grid.add_column(column, overflow="fold")
    for row in rows:
        old, new = row.old, row.new
        grid.add_row(
            Text(row.change, style=_STYLES.get(row.change, "")),
            f"{row.table} ({row.region})",
            row.principal,
            _both(old.read, new.read),
            _both(old.write, new.write),
            _both(others(old), others(new)),
            _both(_roles(old) or "-", _roles(new) or "-"),
            proven(row),
        )
    if grid.row_count:
        console.print("", grid, sep="\n")


def _both(old: str, new: str) -> str:
    return new if old == new else f"{old} → {new}"
