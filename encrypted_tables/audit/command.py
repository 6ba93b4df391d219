"""`encrypted-tables audit`."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console

from encrypted_tables.audit.analysis import Analysis
from encrypted_tables.audit.backend import Backend, Shard
from encrypted_tables.audit.baseline import audited, read_baseline, refuse_stacks_of_one_name, write_baseline
from encrypted_tables.audit.catalogue import catalogue_of
from encrypted_tables.audit.check_config import check_config
from encrypted_tables.audit.findings import Audit, StateReport
from encrypted_tables.audit.progress import Progress
from encrypted_tables.audit.report.json import json_report
from encrypted_tables.audit.report.junit import junit_report
from encrypted_tables.audit.report.sarif import sarif_report
from encrypted_tables.audit.report.text import print_audit
from encrypted_tables.audit.waivers import with_waived
from encrypted_tables.engine.find import find_engine
from encrypted_tables.engine.policy_pack import PolicyPack
from encrypted_tables.errors import UserError

_PATH = click.Path(path_type=Path)
_REPORTS: dict[str, Callable[[Audit], str]] = {
    "json": json_report,
    "sarif": sarif_report,
    "junit": junit_report,
}


def _shard(_context: click.Context, _parameter: click.Parameter, given: str) -> Shard:
    number, slash, count = given.partition("/")
    if not (slash and number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
        raise click.BadParameter(f"{given!r} is not a part such as 2/5")
    return Shard(int(number), int(count))


@click.command()
@click.argument("states", metavar="[STATE]...", nargs=-1, type=_PATH)
@click.option(
    "--backend",
    metavar="URL",
    help="Check all stacks of a backend: a directory (file://...), s3://... or https://api.pulumi.com.",
)
@click.option(
    "--exports",
    metavar="DIRECTORY",
    type=_PATH,
    default=Path("exports"),
    show_default=True,
    help="With --backend: where to keep the exported states. Those that are current are not read again.",
)
@click.option(
    "--shard",
    metavar="N/M",
    default="1/1",
    callback=_shard,
    help="With --backend: check the Nth of M parts of the stacks, for a matrix of jobs.",
)
@click.option(
    "--policy-pack",
    metavar="DIRECTORY",
    type=_PATH,
    default=Path("policy-pack"),
    show_default=True,
    help="The pack.",
)
@click.option("--config", metavar="FILE", type=_PATH, help="The pack's config (default: none).")
@click.option(
    "--baseline", metavar="FILE", type=_PATH, help="Violations in it are not new (default: all are new)."
)
@click.option("--write-baseline", metavar="FILE", type=_PATH, help="Write all findings as the baseline.")
@click.option("--json", metavar="FILE", type=_PATH, help="Write the audit as JSON.")
@click.option("--sarif", metavar="FILE", type=_PATH, help="Write the audit as SARIF.")
@click.option("--junit", metavar="FILE", type=_PATH, help="Write the audit as JUnit XML.")
def audit(
    states: tuple[Path, ...],
    backend: str | None,
    exports: Path,
    shard: Shard,
    policy_pack: Path,
    config: Path | None,
    baseline: Path | None,
    write_baseline: Path | None,
    **files: Path | None,
) -> int:
    """Check exported states (`pulumi stack export`), or all stacks of a backend, against the policy pack.

    \b
    Exit status: 0 no new mandatory violation; 1 a new mandatory violation; 2 a state could not be checked.
    """
    if bool(states) == bool(backend):
        raise click.UsageError("give either exported states or --backend")
    for file in (policy_pack / "PulumiPolicy.yaml", config):
        if file and not file.is_file():
            raise UserError(f"{file} does not exist.")
    pack = PolicyPack(policy_pack)
    if config:
        check_config(pack, config)
    old = read_baseline(baseline) if baseline else Counter[tuple[str, str]]()
    engine = find_engine()
    failed: Sequence[StateReport] = ()
    if backend:
        states, failed = _exported(Backend(backend, engine), shard, exports)
        old = Counter({one: count for one, count in old.items() if shard.has_resource(one[1])})
    analysis = Analysis(engine, policy_pack, config)
    waived = with_waived(analysis, analysis.reports(states, Progress("checked", len(states)).one_more))
    waived = replace(waived, reports=[*waived.reports, *failed])
    if baseline or write_baseline:
        refuse_stacks_of_one_name(waived.reports)
    found = audited(waived.reports, old, catalogue_of(pack), waived.notes)
    print_audit(found, Console())
    for name, report in _REPORTS.items():
        if written := files[name]:
            written.write_text(report(found), encoding="utf-8")
    return _keep(write_baseline, found) if write_baseline else found.exit_status


def _exported(
    backend: Backend, shard: Shard, directory: Path
) -> tuple[tuple[Path, ...], Sequence[StateReport]]:
    """The files of the stacks in the shard, and the reports of those that cannot be exported."""
    stacks = [one for one in backend.stacks() if shard.has(one.project, one.stack)]
    try:
        exported = backend.exported(stacks, directory, Progress("exported", len(stacks)).one_more)
    except KeyboardInterrupt as interruption:
        interruption.add_note(f"run the same command again: {directory} keeps what is exported")
        raise
    files = tuple(one for one in exported if isinstance(one, Path))
    return files, [one for one in exported if isinstance(one, StateReport)]


def _keep(baseline: Path, found: Audit) -> int:
    if found.errors:
        raise UserError(f"{baseline} is not written: some states could not be checked.")
    write_baseline(baseline, found.findings)
    return 0
