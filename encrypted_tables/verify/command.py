"""`encrypted-tables verify`."""

from pathlib import Path
from typing import Any

import click

from encrypted_tables.verify.perform import Arguments, perform
from encrypted_tables.verify.report.json import SCHEMA_FILE

_FILE = click.Path(dir_okay=False, allow_dash=True)
_PATH = click.Path(path_type=Path)


@click.command()
@click.option("--stack", help="Verify what this stack declares, by `pulumi stack output`.")
@click.option("--outputs", type=_FILE, help="The same JSON from a file, or - for standard input.")
@click.option("--table", metavar="NAME", help="Show one table; nothing is declared about it.")
@click.option("--region", help="Region of --table (default: AWS_REGION, else the profile's).")
@click.option("--profile", metavar="NAME", multiple=True, help="Also try the access of a named profile.")
@click.option(
    "--credentials-csv", type=_PATH, multiple=True, help="Also try an access key file of the AWS console."
)
@click.option(
    "--assume-role",
    metavar="ARN",
    multiple=True,
    help="Also try the access of a role; declared roles are always tried.",
)
@click.option("--read-only", is_flag=True, help="Do not try PutItem.")
@click.option("--require-proof", is_flag=True, help="End with status 2 if any answer is only predicted.")
@click.option("--workers", type=int, default=16, show_default=True, help="Calls at once.")
@click.option(
    "--prove-revocation",
    metavar="PRINCIPAL",
    help="Instead, read as this principal (ARN or name) until it is denied for as long as --key-cache.",
)
@click.option(
    "--wait-for-access",
    metavar="PRINCIPAL",
    help="Instead, read as this principal (ARN or name) until it is allowed.",
)
@click.option(
    "--limit", metavar="SECONDS", type=float, default=900.0, show_default=True, help="Longest wait."
)
@click.option(
    "--interval",
    metavar="SECONDS",
    type=float,
    default=5.0,
    show_default=True,
    help="Time between two reads of a wait.",
)
@click.option(
    "--key-cache",
    metavar="SECONDS",
    type=float,
    default=300.0,
    show_default=True,
    help="How long DynamoDB can cache a table key.",
)
@click.option("--json", type=_FILE, help=f"Write JSON ({SCHEMA_FILE.name}); - is standard output.")
@click.option("--junit", type=_FILE, help="Write JUnit XML; - is standard output.")
@click.option("--html", type=_FILE, help="Write one page with the access matrix; - is standard output.")
@click.option("--csv", type=_FILE, help="Write CSV, a line for each call; - is standard output.")
@click.option("--evidence", type=_PATH, help="Write every answer into a new directory.")
def verify(**options: Any) -> int:  # noqa: ANN401  # click passes the options by name
    """Compare who is declared to have access to the tables with who really has.

    One of --stack, --outputs and --table is needed. Access is tried with the credentials at hand: yours, the
    stack's test user's, and those that the options add.

    \b
    Exit status: 0 everything is as declared; 1 something differs; 2 it could not be told.
    """
    return perform(Arguments(**options))
