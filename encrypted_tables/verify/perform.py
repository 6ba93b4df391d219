"""Runs `encrypted-tables verify`: verifies, or waits, and writes the reports."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import boto3
from rich.console import Console

from encrypted_tables.errors import UserError
from encrypted_tables.iam.principals import identity, same_principal
from encrypted_tables.private_file import write_private
from encrypted_tables.report.terminal import console
from encrypted_tables.verify.collect.credentials import CredentialSources, Principal, caller_principal, gather
from encrypted_tables.verify.collect.declared import StackOutputs
from encrypted_tables.verify.collect.inventory import Found, Target, survey_tables
from encrypted_tables.verify.collect.observe import Table, Unknown
from encrypted_tables.verify.collect.parallel import Parallel
from encrypted_tables.verify.collect.stack_outputs import from_file, from_stack
from encrypted_tables.verify.probe.wait import Patience, exit_status_of, wait_for_access, wait_for_denial
from encrypted_tables.verify.report.csv import render_csv
from encrypted_tables.verify.report.evidence import prepare_evidence, write_evidence
from encrypted_tables.verify.report.html import render_html
from encrypted_tables.verify.report.json import render_json
from encrypted_tables.verify.report.junit import render_junit
from encrypted_tables.verify.report.report import Report
from encrypted_tables.verify.report.table import print_report
from encrypted_tables.verify.run import Options, targets_of, verify

_RENDERERS: dict[str, Callable[[Report], str]] = {
    "json": render_json,
    "junit": render_junit,
    "html": render_html,
    "csv": render_csv,
}


@dataclass(frozen=True)
class Arguments:
    """The options of the command."""

    stack: str | None
    outputs: str | None
    table: str | None
    region: str | None
    profile: tuple[str, ...]
    credentials_csv: tuple[Path, ...]
    assume_role: tuple[str, ...]
    read_only: bool
    require_proof: bool
    workers: int
    prove_revocation: str | None
    wait_for_access: str | None
    limit: float
    interval: float
    key_cache: float
    json: str | None
    junit: str | None
    html: str | None
    csv: str | None
    evidence: Path | None


def perform(arguments: Arguments) -> int:
    """Run the command and return the exit status.

    Raises:
        UserError: nothing could be verified.
    """
    try:
        return _perform(arguments)
    except KeyboardInterrupt as interruption:
        if not hasattr(interruption, "__notes__"):
            interruption.add_note("no probe item remains")
        raise


def _perform(arguments: Arguments) -> int:
    _check(arguments)
    outputs, targets = _what(arguments)
    if arguments.prove_revocation or arguments.wait_for_access:
        return _wait(arguments, outputs, targets)
    if arguments.evidence:
        prepare_evidence(arguments.evidence)
    progress = console(stderr=True)
    sources = _sources(arguments)
    options = Options(
        arguments.read_only, arguments.require_proof, arguments.workers, sources, arguments.stack
    )
    report = verify(targets, outputs, options, Parallel(arguments.workers, progress))
    _write(report, arguments)
    return report.verdict.exit_status


def _check(arguments: Arguments) -> None:
    given = [name for name in ("stack", "outputs", "table") if getattr(arguments, name)]
    if len(given) != 1:
        found = " and ".join(f"--{name}" for name in given) or "none of them"
        raise UserError(f"give one of --stack, --outputs and --table; the command has {found}.")
    if arguments.prove_revocation and arguments.wait_for_access:
        raise UserError("--prove-revocation and --wait-for-access: give only one of them.")
    if arguments.workers < 1:
        raise UserError(f"--workers {arguments.workers}: give at least 1.")
    if arguments.interval <= 0 or arguments.limit <= 0:
        raise UserError("--limit and --interval: give more than 0 seconds.")
    if arguments.key_cache < 0:
        raise UserError(f"--key-cache {arguments.key_cache}: give 0 seconds or more.")
    if arguments.prove_revocation and arguments.limit <= arguments.key_cache:
        raise UserError(
            f"--limit {arguments.limit:g} cannot prove a revocation: give more than the "
            f"{arguments.key_cache:g} seconds of --key-cache, in which no read may be allowed."
        )
    reports = [f"--{kind}" for kind in (*_RENDERERS, "evidence") if getattr(arguments, kind)]
    if reports and (arguments.prove_revocation or arguments.wait_for_access):
        raise UserError(f"{', '.join(reports)}: a wait writes no report; read its output.")
    if [getattr(arguments, kind) for kind in _RENDERERS].count("-") > 1:
        raise UserError("only one of --json, --junit, --html and --csv can go to standard output.")


def _what(arguments: Arguments) -> tuple[StackOutputs | None, list[Target]]:
    if arguments.table:
        region = arguments.region or os.environ.get("AWS_REGION") or boto3.Session().region_name
        if not region:
            raise UserError(f"--table {arguments.table}: no Region. Give --region or set AWS_REGION.")
        return None, [Target(arguments.table, region)]
    if arguments.region:
        raise UserError("--region: only for --table; the outputs of a stack have the Region of each table.")
    outputs = from_stack(arguments.stack) if arguments.stack else from_file(arguments.outputs or "-")
    return outputs, targets_of(outputs)


def _sources(arguments: Arguments) -> CredentialSources:
    return CredentialSources(arguments.credentials_csv, arguments.profile, arguments.assume_role)


def _write(report: Report, arguments: Arguments) -> None:
    wanted = {kind: getattr(arguments, kind) for kind in _RENDERERS}
    # A program that reads standard output must not get the table for people.
    people = console(stderr="-" in wanted.values())
    if arguments.evidence:
        checksum = write_evidence(report, arguments.evidence)
        people.print(
            f"Evidence in {arguments.evidence}; SHA-256 of its SHA256SUMS: {checksum}\n", markup=False
        )
    print_report(report, people)
    for kind, name in wanted.items():
        if name == "-":
            sys.stdout.write(_RENDERERS[kind](report))
        elif name:
            try:
                write_private(Path(name), _RENDERERS[kind](report))
            except OSError as error:
                raise UserError(f"--{kind} {name}: {error.strerror}.") from None


def _wait(arguments: Arguments, outputs: StackOutputs | None, targets: list[Target]) -> int:
    region = targets[0].region
    caller = caller_principal(boto3.Session(), region, arguments.workers)
    principals, untried = gather(caller, outputs, _sources(arguments), region, arguments.workers)
    wanted = str(arguments.prove_revocation or arguments.wait_for_access)
    found = [one for one in principals if _is(one, wanted)]
    if len(found) != 1:
        reasons = "; ".join(f"{one.source}: {one.reason}" for one in untried)
        known = ", ".join(one.arn for one in principals)
        raise UserError(
            f"{wanted}: its credentials are needed; available are those of {known}. {reasons}".strip()
        )
    wait = wait_for_denial if arguments.prove_revocation else wait_for_access
    quiet = Parallel(arguments.workers, Console(quiet=True))
    tables = _readable(survey_tables(caller.connections, targets, quiet))
    patience = Patience(arguments.limit, arguments.interval, key_cache=arguments.key_cache)
    waits = wait(found[0], tables, patience, quiet, console(stderr=True))
    for one in waits:
        where = f"{one.table.name} in {one.table.region}"
        console().print(f"{found[0].sts_arn} on {where}: {one.words}", markup=False)
    return exit_status_of(waits)


def _readable(found: list[Found]) -> list[Table]:
    """The tables that were read.

    Raises:
        UserError: one of them could not be read.
    """
    for one in found:
        if isinstance(one.table, Unknown):
            raise UserError(f"{one.target.name} in {one.region}: {one.table.words}")
    return [one.table for one in found if isinstance(one.table, Table)]


def _is(principal: Principal, wanted: str) -> bool:
    who = identity(principal.arn)
    return same_principal(principal.arn, wanted) or (who is not None and who.name == wanted)
