"""`encrypted-tables access-diff`."""

import sys
from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console

from encrypted_tables.access_diff.diff import access_diff as diff_of
from encrypted_tables.access_diff.evaluate.change import Diff, Verdict
from encrypted_tables.access_diff.report.json import render_json
from encrypted_tables.access_diff.report.markdown import render_markdown
from encrypted_tables.access_diff.report.terminal import print_diff
from encrypted_tables.engine.preview import Preview, PreviewError, read_preview

_RENDERERS: dict[str, Callable[[Diff], str]] = {"json": render_json, "markdown": render_markdown}


@click.command("access-diff")
@click.argument("preview")
@click.option(
    "--plan", metavar="FILE", help="The plan that --save-plan wrote: it identifies the key of a new table."
)
@click.option(
    "--base", metavar="PREVIEW", help="Compare with the result of this preview, not with the stack as it is."
)
@click.option("--base-plan", metavar="FILE", help="The plan that --save-plan wrote with --base.")
@click.option(
    "--format", "style", type=click.Choice(["terminal", *_RENDERERS]), default="terminal", show_default=True
)
@click.option(
    "--fail-on",
    type=click.Choice(["changes", "gains", "nothing"]),
    default="changes",
    show_default=True,
    help="Which changes give an exit status other than 0.",
)
def access_diff(
    preview: str, plan: str | None, base: str | None, base_plan: str | None, style: str, fail_on: str
) -> int:
    """Show who gains or loses access to which table by a previewed update.

    \b
    PREVIEW is a file, or - for standard input, written by one of:
      PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true pulumi preview --json --save-plan plan.json > preview.json
      PULUMI_DEBUG_COMMANDS=true pulumi preview --event-log preview.json --save-plan plan.json
      pulumi preview --json --show-sames > preview.json    (needs no plan)

    \b
    Exit status: 0 no access changes; 1 access changes; 2 cannot tell, or PREVIEW cannot be read.
    With --fail-on gains, losses alone give 0. With --fail-on nothing, only unreadable input gives 2.
    """
    earlier = _preview(base, base_plan) if base else None
    now = _preview(preview, plan)
    diff = diff_of(now, earlier)
    for failed in (earlier, now):
        for reason in failed.errors if failed else ():
            print(f"encrypted-tables: the preview failed: {reason}", file=sys.stderr)
    if style == "terminal":
        print_diff(diff, Console())
    else:
        sys.stdout.write(_RENDERERS[style](diff))
    return exit_status(diff, fail_on)


def exit_status(diff: Diff, fail_on: str) -> int:
    """The exit status for a value of `--fail-on`."""
    if fail_on == "nothing" or diff.verdict is Verdict.NO_CHANGE:
        return 0
    if diff.verdict is Verdict.CANNOT_TELL:
        return 2
    return 1 if fail_on == "changes" or diff.has_gains else 0


def _preview(file: str, plan: str | None) -> Preview:
    return read_preview(_read(file), None if plan is None else _read(plan))


def _read(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PreviewError(f"{file} cannot be read: {error}") from error
