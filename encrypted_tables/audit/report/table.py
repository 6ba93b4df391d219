"""An audit for people: a table, and a summary."""

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from encrypted_tables.audit.findings import Audit, Finding

COLOURS = {"mandatory": "red", "advisory": "yellow"}


def print_table(audit: Audit, console: Console) -> None:
    """Print all findings, the new ones first, then what could not be checked, then the sums."""
    findings = sorted(audit.findings, key=lambda one: (not one.is_new, one.level != "mandatory", one.urn))
    if findings:
        console.print(_table(findings))
    for report in audit.reports:
        if report.error:
            console.print(f"[red]could not be checked[/]  {escape(report.error)}", highlight=False)
        elif report.has_hidden_secrets:
            state = escape(str(report.state))
            console.print(f"{state}: secrets in it, if any, could not be decrypted, and count as unknown.")
    for (policy, urn), number in sorted(audit.mended.items()):
        console.print(f"mended: {policy}  {escape(urn)}  ({number} in the baseline)", highlight=False)
    for note in audit.notes:
        console.print(escape(note), highlight=False)
    console.print(_sums(audit), highlight=False)


def _table(findings: list[Finding]) -> Table:
    table = Table("level", Column("policy, stack and resource", overflow="fold"), "what and what to do")
    table.show_lines = True
    for one in findings:
        level = f"[{COLOURS.get(one.level, 'white')}]{one.level}[/]" + ("" if one.is_new else "\n(old)")
        table.add_row(level, f"{one.policy}\n{escape(_shown(one.urn))}", escape(one.message))
    return table


def _shown(urn: str) -> str:
    """A URN without what every URN has: stack, project, type and name."""
    return urn.removeprefix("urn:pulumi:").replace("::", " ", 2)


def _sums(audit: Audit) -> str:
    new = [one for one in audit.findings if one.is_new]
    mandatory = sum(one.level == "mandatory" for one in new)
    checked = [report for report in audit.reports if not report.error]
    return (
        f"{len(checked)} of {len(audit.reports)} states checked, "
        f"{sum(len(report.urns) for report in checked)} resources: "
        f"{mandatory} new mandatory violations, {len(new) - mandatory} new advisories, "
        f"{len(audit.findings) - len(new)} old ones."
    )
