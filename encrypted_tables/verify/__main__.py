"""`python -m encrypted_tables.verify`: who is declared to have access to the tables, and who really has."""

import argparse
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError
from rich.console import Console

from encrypted_tables.errors import VerifyError
from encrypted_tables.verify.command import Arguments, run_command
from encrypted_tables.verify.interruption import one_interruption
from encrypted_tables.verify.report.json import SCHEMA_FILE
from encrypted_tables.verify.report.report import Verdict

_EPILOG = """exit status: 0 everything is as declared; 1 something differs; 2 it could not be told.
AWS is reached as the standard environment says: AWS_PROFILE, AWS_REGION,
AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m encrypted_tables.verify",
        description=__doc__,
        epilog=_EPILOG,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--stack", help="verify what this stack declares, by `pulumi stack output`")
    what.add_argument("--outputs", metavar="FILE", help="the same JSON from a file, or - for standard input")
    what.add_argument("--table", metavar="NAME", help="show one table; nothing is declared about it")
    parser.add_argument("--region", help="Region of --table (default: AWS_REGION, else the profile's)")

    who = parser.add_argument_group("whose access to try, beside the caller's and the stack's test user's")
    who.add_argument("--profile", metavar="NAME", action="append", default=[], help="a named profile")
    who.add_argument("--credentials-csv", metavar="FILE", type=Path, action="append", default=[],
                     help="an access key file as the AWS console writes it")  # fmt: skip
    who.add_argument("--assume-role", metavar="ARN", action="append", default=[],
                     help="a role to assume; declared roles are tried anyway")  # fmt: skip

    how = parser.add_argument_group("how")
    how.add_argument("--read-only", action="store_true", help="do not try PutItem")
    how.add_argument("--require-proof", action="store_true",
                     help="what is only predicted counts as not told (status 2)")  # fmt: skip
    how.add_argument("--workers", metavar="N", type=int, default=16, help="calls at once (default 16)")
    wait = how.add_mutually_exclusive_group()
    wait.add_argument("--prove-revocation", metavar="PRINCIPAL",
                      help="instead, read as this principal (ARN or name) until it is denied")  # fmt: skip
    wait.add_argument("--wait-for-access", metavar="PRINCIPAL",
                      help="instead, read as this principal (ARN or name) until it is allowed")  # fmt: skip
    how.add_argument("--limit", metavar="SECONDS", type=float, default=600, help="longest wait (default 600)")
    how.add_argument("--interval", metavar="SECONDS", type=float, default=5,
                     help="between two reads of a wait (default 5)")  # fmt: skip

    out = parser.add_argument_group("output, beside the table in the terminal; - is standard output")
    out.add_argument("--json", metavar="FILE", help=f"JSON, by verify/schema/{SCHEMA_FILE.name}")
    out.add_argument("--junit", metavar="FILE", help="JUnit XML")
    out.add_argument("--html", metavar="FILE", help="one page with the access matrix as a picture")
    out.add_argument("--evidence", metavar="DIR", type=Path, help="a new directory with every answer")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Verify, report, and return the exit status."""
    arguments = Arguments(**vars(_parser().parse_args(argv)))
    try:
        with one_interruption():
            return run_command(arguments)
    except (VerifyError, BotoCoreError) as error:
        Console(stderr=True).print(f"verify: {error}", style="bold red", markup=False, highlight=False)
    except KeyboardInterrupt as interruption:
        left = getattr(interruption, "__notes__", ["no probe item is left"])
        print(f"verify: interrupted; {'; '.join(left)}", file=sys.stderr)
    except Exception:  # noqa: BLE001 - whatever went wrong, nothing is known to differ: that is no status 1
        traceback.print_exc()
    return Verdict.COULD_NOT_TELL.exit_status


if __name__ == "__main__":
    sys.exit(main())
