"""`encrypted-tables who-can`."""

import os
import sys
from pathlib import Path

import boto3
import click
from rich.console import Console

from encrypted_tables.errors import UserError
from encrypted_tables.report.run import now, subject_of_run
from encrypted_tables.report.subject import Subject
from encrypted_tables.report.terminal import console, print_subject
from encrypted_tables.verify.collect.credentials import CredentialSources, Principal, caller_principal, gather
from encrypted_tables.verify.collect.inventory import Place, Target, survey
from encrypted_tables.verify.collect.observe import Unknown
from encrypted_tables.verify.collect.parallel import Parallel
from encrypted_tables.verify.compare.expectation import READ_CALLS
from encrypted_tables.verify.probe.probe import ProbeItem, Prober
from encrypted_tables.who_can.html import render_html
from encrypted_tables.who_can.look import Inventory, inventory_of_caller, look, proofs_of
from encrypted_tables.who_can.report import (
    TableRows,
    limits,
    print_table,
    render_csv,
    render_json,
    render_lines,
)
from encrypted_tables.who_can.why.command import answer, question_of

_RENDERERS = {"json": render_json, "csv": render_csv, "html": render_html}


@click.command("who-can")
@click.argument("tables", metavar="TABLE...", nargs=-1, required=True)
@click.option("--region", help="Region of the table (default: AWS_REGION, else the profile's).")
@click.option(
    "--profile", metavar="NAME", multiple=True, help="Prove the access of a named profile by reading."
)
@click.option(
    "--credentials-csv",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Prove the access of an access key file of the AWS console by reading.",
)
@click.option("--assume-role", metavar="ARN", multiple=True, help="Prove the access of a role by reading.")
@click.option("--why", metavar="PRINCIPAL", help="Explain the access of a user or role.")
@click.option(
    "--action", metavar="NAME", help="With --why: the action, such as dynamodb:Query (default: any read)."
)
@click.option(
    "--stack", help="With --why: the stack of TABLE (default: the one in this directory that has it)."
)
@click.option(
    "--session-policy",
    type=click.Path(path_type=Path),
    help="With --why: a session policy that is passed when the role is assumed.",
)
@click.option(
    "--workers", type=click.IntRange(min=1), default=16, show_default=True, help="Number of parallel calls."
)
@click.option("--all", "unfold", is_flag=True, help="On a terminal, show all principals of a group.")
@click.option(
    "--format",
    "style",
    type=click.Choice(["table", *_RENDERERS]),
    default="table",
    show_default=True,
    help="Output format.",
)
def who_can(
    tables: tuple[str, ...],
    region: str | None,
    profile: tuple[str, ...],
    credentials_csv: tuple[Path, ...],
    assume_role: tuple[str, ...],
    why: str | None,
    action: str | None,
    stack: str | None,
    session_policy: Path | None,
    workers: int,
    unfold: bool,
    style: str,
) -> int:
    """Show everyone who can read or write each TABLE, use its key directly or administer it, and why.

    It evaluates all users and roles of the account, the root user, and everyone named in the policies of the
    table and its key. Answers are predicted from policies, except for principals whose credentials you give:
    these are proven by reading. The control policies of the organization are evaluated if they can be read.

    \b
    Exit status: 0 everyone was evaluated; 2 somebody could be overlooked, or an answer is "cannot tell".
    With --why: 0 answered; 2 cannot tell, or no such principal.
    """
    question = question_of(why, action, stack, session_policy, style)
    where = region or os.environ.get("AWS_REGION") or boto3.Session().region_name
    if not where:
        raise UserError(f"{tables[0]}: no Region. Give --region or set AWS_REGION.")
    started = now()
    parallel = Parallel(workers, Console(stderr=True))
    caller = caller_principal(boto3.Session(), where, workers)
    sources = CredentialSources(credentials_csv, profile, assume_role)
    principals, untried = gather(caller, None, sources, where, workers)
    if untried:
        raise UserError("; ".join(f"{one.source}: {one.reason}" for one in untried))
    places = survey(caller.connections, [Target(name, where) for name in dict.fromkeys(tables)], parallel)
    inventory = inventory_of_caller(caller, parallel)
    if question:
        return answer(inventory, places, question, style)
    found = [_look(inventory, place, principals, parallel) for place in places]
    subject = subject_of_run(caller, [place.region for place in places], started, None)
    _show(found, subject, style, unfold=unfold)
    return 2 if any(row.is_open for table in found for row in table.rows) else 0


def _show(found: list[TableRows], subject: Subject, style: str, *, unfold: bool) -> None:
    if style == "table":
        out = console()
        print_subject(subject, out)
        if out.is_terminal:
            print_table(found, out, unfold=unfold)
        else:
            sys.stdout.write(render_lines(found))
        return
    sys.stdout.write(_RENDERERS[style](found, subject))
    sys.stderr.writelines(f"note: {limit}\n" for limit in limits(found))


def _look(inventory: Inventory, place: Place, principals: list[Principal], parallel: Parallel) -> TableRows:
    if isinstance(place.table, Unknown):
        raise UserError(f"{place.name} in {place.region}: {place.table.words}")
    table, account = place.table, inventory.account
    tried = principals if table.account == account.id else []
    probers = [Prober(one, table, ProbeItem.for_table(table)) for one in tried]
    rows = parallel.map("reading", lambda prober: prober.run(READ_CALLS), probers)
    results = [result for row in rows for result in row]
    return look(inventory, place, proofs_of(account, table, results), parallel)
