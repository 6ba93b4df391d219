"""`python -m encrypted_tables.audit --state FILE...`: check exported states against the policy pack."""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from encrypted_tables.audit.analysis import Analysis
from encrypted_tables.audit.baseline import audited, read_baseline, refuse_stacks_of_one_name, write_baseline
from encrypted_tables.audit.errors import AuditError
from encrypted_tables.audit.findings import Audit
from encrypted_tables.audit.report.json import json_report
from encrypted_tables.audit.report.junit import junit_report
from encrypted_tables.audit.report.sarif import sarif_report
from encrypted_tables.audit.report.table import print_table
from encrypted_tables.audit.unused_waivers import unused_waivers
from encrypted_tables.engine.find import EngineNotFoundError, find_engine

PACK = Path(__file__).resolve().parent.parent.parent / "policy-pack"
REPORTS: dict[str, Callable[[Audit], str]] = {
    "json": json_report,
    "sarif": sarif_report,
    "junit": junit_report,
}
EXIT = """exit status:
  0  no new mandatory violation
  1  a new mandatory violation
  2  a state could not be checked, or the audit could not be made"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="python -m encrypted_tables.audit",
        description="Check exported states (`pulumi stack export`) against the policy pack.",
        epilog=EXIT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--state", nargs="+", type=Path, required=True, metavar="FILE", help="exported states")
    made.add_argument(
        "--policy-pack", type=Path, default=PACK, metavar="DIRECTORY", help="default: this project's"
    )
    made.add_argument("--config", type=Path, metavar="FILE", help="the pack's config; default: none")
    made.add_argument(
        "--baseline", type=Path, metavar="FILE", help="violations in it are old; default: none are"
    )
    made.add_argument(
        "--write-baseline", type=Path, metavar="FILE", help="make all that is found the baseline"
    )
    for name in REPORTS:
        made.add_argument(
            f"--{name}", type=Path, metavar="FILE", help=f"write the audit as {name.upper()} too"
        )
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Make an audit and report it; see `EXIT` for what is returned."""
    options = parser().parse_args(arguments)
    try:
        return _audit(options)
    except (AuditError, EngineNotFoundError, OSError) as error:
        print(f"audit: {error}", file=sys.stderr)
        return 2


def _audit(options: argparse.Namespace) -> int:
    for file in (options.policy_pack / "PulumiPolicy.yaml", options.config):
        if file and not file.is_file():
            raise AuditError(f"{file} does not exist.")
    old = read_baseline(options.baseline) if options.baseline else Counter[tuple[str, str]]()
    analysis = Analysis(find_engine(), options.policy_pack, options.config)
    reports = analysis.reports(options.state)
    if options.baseline or options.write_baseline:
        refuse_stacks_of_one_name(reports)
    audit = audited(reports, old, unused_waivers(analysis, options.state))
    print_table(audit, Console())
    for name, report in REPORTS.items():
        if file := getattr(options, name):
            file.write_text(report(audit), encoding="utf-8")
    if options.write_baseline:
        if audit.errors:
            raise AuditError(f"{options.write_baseline} is not written: some states could not be checked.")
        write_baseline(options.write_baseline, audit.findings)
        return 0
    return audit.exit_status


if __name__ == "__main__":
    sys.exit(main())
