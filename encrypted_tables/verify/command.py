"""`encrypted-tables verify`."""

from pathlib import Path
from typing import Any

import click

from encrypted_tables.verify.perform import Arguments, perform
from encrypted_tables.verify.report.json import SCHEMA_FILE

_FILE = click.Path(dir_okay=False, allow_dash=True)
_PATH = click.Path(path_type=Path)


@click.command()
@click.option("--stack", help="Verify the declaration of this stack, from `pulumi stack output`.")
@click.option(
    "--outputs",
    type=_FILE,
    help="Verify the declaration in a JSON file with stack outputs; - is standard input.",
)
@click.option("--table", metavar="NAME", help="Show the access to one table, without a declaration.")
@click.option("--region", help="Region of --table (default: AWS_REGION, else the profile's).")
@click.option("--profile", metavar="NAME", multiple=True, help="Also make the calls as a named profile.")
@click.option(
    "--credentials-csv",
    type=_PATH,
    multiple=True,
    help="Also make the calls with an access key file of the AWS console.",
)
@click.option(
    "--assume-role",
    metavar="ARN",
    multiple=True,
    help="Also make the calls as a role; declared roles are always assumed if possible.",
)
@click.option("--read-only", is_flag=True, help="Do not call PutItem.")
@click.option(
    "--require-proof", is_flag=True, help="Exit with status 2 if a declared principal is only predicted."
)
@click.option("--workers", type=int, default=16, show_default=True, help="Number of parallel calls.")
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
    "--limit", metavar="SECONDS", type=float, default=900.0, show_default=True, help="Maximum time to wait."
)
@click.option(
    "--interval",
    metavar="SECONDS",
    type=float,
    default=5.0,
    show_default=True,
    help="Time between two reads while waiting.",
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
@click.option("--html", type=_FILE, help="Write an HTML page; - is standard output.")
@click.option("--csv", type=_FILE, help="Write CSV, a line for each call; - is standard output.")
@click.option("--evidence", type=_PATH, help="Write every response and all reports into a new directory.")
def verify(**options: Any) -> int:  # noqa: ANN401  # click passes the options by name
    """Compare the declared access to the tables with the actual access.

    Give one of --stack, --outputs and --table. Calls are made with your credentials, those of the stack's
    test user, and those that the options add. The access of everyone else is predicted.

    \b
    Exit status: 0 everything is as declared, or nothing is declared; 1 something differs; 2 cannot tell.
    """
    return perform(Arguments(**options))
