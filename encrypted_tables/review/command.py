"""`encrypted-tables review`."""

import sys
from pathlib import Path

import click

from encrypted_tables.errors import UserError
from encrypted_tables.private_file import write_private
from encrypted_tables.report.terminal import console
from encrypted_tables.review.compare import compare
from encrypted_tables.review.evidence import read_evidence
from encrypted_tables.review.report import print_review, render_csv, render_html

_FOLDER = click.Path(path_type=Path)
_FILE = click.Path(dir_okay=False, allow_dash=True)
_RENDERERS = {"csv": render_csv, "html": render_html}


@click.command()
@click.argument("old", type=_FOLDER)
@click.argument("new", type=_FOLDER)
@click.option("--csv", type=_FILE, help="Write everyone with access as CSV; - is standard output.")
@click.option("--html", type=_FILE, help="Write an HTML page; - is standard output.")
def review(old: Path, new: Path, csv: str | None, html: str | None) -> int:
    """Compare two evidence folders of verify: which access is new, changed, gone, or never proven.

    Both folders are checked against their SHA256SUMS first.

    \b
    Exit status: 0 the same access; 1 some is new, changed or gone; 2 cannot tell, or a file was edited.
    """
    wanted = {"csv": csv, "html": html}
    if csv == html == "-":
        raise UserError("only one of --csv and --html can go to standard output.")
    found = compare(read_evidence(old), read_evidence(new))
    print_review(found, console(stderr="-" in wanted.values()))
    for kind, name in wanted.items():
        if name == "-":
            sys.stdout.write(_RENDERERS[kind](found))
        elif name:
            write_private(Path(name), _RENDERERS[kind](found))
    return found.exit_status
