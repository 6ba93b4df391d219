"""`encrypted-tables keys`."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import boto3
import click
from rich.console import Console

from encrypted_tables.errors import UserError
from encrypted_tables.keys.collect import customer_keys
from encrypted_tables.keys.evaluate import Answer
from encrypted_tables.keys.report import print_verdicts, render_json
from encrypted_tables.keys.retire import cancel, record_file, retire
from encrypted_tables.keys.stack_keys import keys_of_stack
from encrypted_tables.keys.survey import verdicts_of
from encrypted_tables.verify.collect.credentials import caller_principal
from encrypted_tables.verify.collect.parallel import Parallel

_REGION = click.option(
    "--region", help="Region of a key id or alias (default: AWS_REGION, else the profile's)."
)
_WORKERS = click.option(
    "--workers", type=click.IntRange(min=1), default=16, show_default=True, help="Number of parallel calls."
)


class _ShowByDefault(click.Group):
    """`keys KEY` and `keys --stack NAME` mean `keys show ...`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["show", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_ShowByDefault)
def keys() -> None:
    """Show what still needs a KMS key, and retire keys that nothing needs."""


@keys.command("show")
@click.argument("key", nargs=-1)
@click.option("--stack", help="The keys of this stack, from its state.")
@click.option("--project", type=click.Path(path_type=Path), default=Path(), help="Directory of the program.")
@click.option("--all", "is_all", is_flag=True, help="All customer managed keys of the Region.")
@_REGION
@_WORKERS
@click.option(
    "--format",
    "style",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="Output format.",
)
def show(
    key: tuple[str, ...],
    stack: str | None,
    project: Path,
    is_all: bool,
    region: str | None,
    workers: int,
    style: str,
) -> int:
    """Show what needs each KEY (ARN, id or alias), and whether it can be deleted.

    A key is needed by tables and replicas, backups of DynamoDB and AWS Backup, point-in-time recovery to a
    time when the table used the key, exports in progress, grants, replica keys, and use outside DynamoDB.

    \b
    Exit status: 0 answered for each key; 1 a needed key is disabled or pending deletion; 2 cannot tell for a
    key.
    """
    where = _region(region)
    caller = caller_principal(boto3.Session(), where, workers)
    wanted = [*key, *(keys_of_stack(stack, project) if stack else ())]
    if is_all:
        wanted += customer_keys(caller.connections, where)
    if not wanted:
        raise UserError("Which keys? Give the ARN of a key, --stack NAME or --all.")
    parallel = Parallel(workers, Console(stderr=True))
    verdicts = verdicts_of(caller, wanted, where, parallel, datetime.now(UTC))
    if style == "json":
        sys.stdout.write(render_json(verdicts))
    else:
        print_verdicts(verdicts, Console())
    if any(one.answer is Answer.CANNOT_TELL for one in verdicts):
        return 2
    return 1 if any(one.is_endangered for one in verdicts) else 0


@keys.command("retire")
@click.argument("key")
@click.option(
    "--cancel", "is_cancel", is_flag=True, help="Cancel the deletion, whether or not the key is needed."
)
@click.option(
    "--days",
    type=click.IntRange(7, 30),
    default=30,
    show_default=True,
    help="Waiting period before the deletion.",
)
@click.option(
    "--record",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file that records what was done (default: retirement-of-KEY_ID.json in this directory).",
)
@_REGION
@_WORKERS
def retire_key(
    key: str, is_cancel: bool, days: int, record: Path | None, region: str | None, workers: int
) -> int:
    """Schedule the deletion of KEY (ARN, id or alias) if nothing needs it.

    If its deletion is scheduled and something needs the key, cancel the deletion.

    \b
    Exit status: 0 scheduled, or cancelled with --cancel; 1 something needs the key; 2 cannot tell.
    """
    where = _region(region)
    caller = caller_principal(boto3.Session(), where, workers)
    parallel = Parallel(workers, Console(stderr=True))
    (verdict,) = verdicts_of(caller, [key], where, parallel, datetime.now(UTC))
    console = Console()
    print_verdicts([verdict], console)
    file = record or record_file(Path(), verdict.key.key_id)
    if is_cancel:
        outcome = cancel(caller.connections, verdict, file, caller.arn)
    else:
        outcome = retire(caller.connections, verdict, days, file, caller.arn)
    console.print(outcome.words, highlight=False, markup=False, soft_wrap=True)
    return outcome.status


def _region(given: str | None) -> str:
    where = given or os.environ.get("AWS_REGION") or boto3.Session().region_name
    if not where:
        raise UserError("In which Region? Give --region or set AWS_REGION.")
    return where
