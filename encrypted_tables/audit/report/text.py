"""Audit reports in the terminal, for people: each violation, then the totals."""

from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape

from encrypted_tables.audit.findings import Audit, Finding

LEVELS = {"mandatory": "red", "advisory": "yellow"}
SEVERITIES = ("critical", "high", "medium", "low", "")


def print_audit(audit: Audit, console: Console) -> None:
    """Print the violations, new and severe ones first, then what could not be checked, then the totals.

    Lines are not wrapped, so that URNs can be copied.
    """
    for line in _lines(audit):
        console.print(line, highlight=False, soft_wrap=True)


def _lines(audit: Audit) -> Iterator[str]:
    for finding in sorted(audit.findings, key=_order):
        yield from _violation(finding)
    for finding in sorted(audit.waived, key=_order):
        yield from _waived(finding)
    for report in audit.reports:
        if report.error:
            yield f"[red]could not be checked[/]  {escape(report.error)}"
        elif report.has_hidden_secrets:
            state = escape(str(report.state))
            yield f"{state}: its secrets, if any, could not be decrypted and count as unknown."
    for (policy, urn), number in sorted(audit.fixed.items()):
        yield f"fixed: {policy}  {escape(urn)}  ({number} in the baseline)"
    yield from map(escape, audit.notes)
    yield _totals(audit)


def _order(finding: Finding) -> tuple[bool, bool, int, str]:
    severity = SEVERITIES.index(finding.severity) if finding.severity in SEVERITIES else len(SEVERITIES)
    return not finding.is_new, finding.level != "mandatory", severity, finding.urn


def _violation(finding: Finding) -> Iterator[str]:
    old = "" if finding.is_new else " (old)"
    level = f"[{LEVELS.get(finding.level, 'white')}]{finding.level}[/]"
    yield f"{level}, {finding.severity or 'severity unknown'}: [bold]{finding.policy}[/]{old}"
    yield from _where(finding)
    yield f"  {escape(finding.message)}\n"


def _waived(finding: Finding) -> Iterator[str]:
    if waiver := finding.waiver:
        yield f"waived, {finding.severity or 'severity unknown'}: [bold]{finding.policy}[/]"
        yield from _where(finding)
        yield f"  until {waiver.expires} by {escape(waiver.owner)}: {escape(waiver.reason)}\n"


def _where(finding: Finding) -> Iterator[str]:
    logical_id = f", logical id {finding.logical_id}" if finding.logical_id else ""
    yield f"  {escape(finding.urn + logical_id)}"


def _totals(audit: Audit) -> str:
    new = [one for one in audit.findings if one.is_new]
    mandatory = sum(one.level == "mandatory" for one in new)
    checked = [report for report in audit.reports if not report.error]
    return (
        f"{len(checked)} of {len(audit.reports)} states checked, "
        f"{sum(len(report.urns) for report in checked)} resources: "
        f"{mandatory} new mandatory violations, {len(new) - mandatory} new advisories, "
        f"{len(audit.findings) - len(new)} old ones, {len(audit.waived)} waived."
    )
