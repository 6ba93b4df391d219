"""`python -m encrypted_tables.access_diff`: who gains or loses access to which table, told from a preview of the engine."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from encrypted_tables.access_diff.diff import access_diff
from encrypted_tables.access_diff.evaluate.change import Diff, Verdict
from encrypted_tables.access_diff.report.json import render_json
from encrypted_tables.access_diff.report.markdown import render_markdown
from encrypted_tables.access_diff.report.terminal import print_diff
from encrypted_tables.engine.preview import Preview, PreviewError, read_preview

_EPILOG = """a preview is one of:
  PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true pulumi preview --json --save-plan plan.json > preview.json
  PULUMI_DEBUG_COMMANDS=true pulumi preview --event-log preview.json --save-plan plan.json
  pulumi preview --json --show-sames > preview.json    (needs no plan)

exit status: 0 no change in access; 1 access changes; 2 cannot tell, or not a readable preview.
With --fail-on gains a loss alone is 0; with --fail-on nothing 2 is for unreadable input only."""

_RENDERERS: dict[str, Callable[[Diff], str]] = {"json": render_json, "markdown": render_markdown}


def main(argv: Sequence[str] | None = None) -> int:
    """Print the access diff and return the exit status."""
    arguments = _parser().parse_args(argv)
    try:
        base = _preview(arguments.base, arguments.base_plan) if arguments.base else None
        preview = _preview(arguments.preview, arguments.plan)
        diff = access_diff(preview, base)
    except PreviewError as error:
        print(f"access_diff: {error}", file=sys.stderr)
        return 2
    for failed in (base, preview):
        for reason in failed.errors if failed else ():
            print(f"access_diff: the preview failed: {reason}", file=sys.stderr)
    if arguments.format == "terminal":
        print_diff(diff, Console())
    else:
        sys.stdout.write(_RENDERERS[arguments.format](diff))
    return exit_status(diff, arguments.fail_on)


def exit_status(diff: Diff, fail_on: str) -> int:
    """The status as `--fail-on` asks for it."""
    if fail_on == "nothing" or diff.verdict is Verdict.NO_CHANGE:
        return 0
    if diff.verdict is Verdict.CANNOT_TELL:
        return 2
    return 1 if fail_on == "changes" or diff.has_gains else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m encrypted_tables.access_diff",
        description=__doc__,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("preview", metavar="PREVIEW", help="the preview's file, or - for standard input")
    parser.add_argument(
        "--plan",
        metavar="FILE",
        help="what --save-plan wrote: tells which key a table will get before it is made",
    )
    parser.add_argument(
        "--base",
        metavar="PREVIEW",
        help="compare with what this other preview would make, instead of the stack as it is",
    )
    parser.add_argument("--base-plan", metavar="FILE", help="what --save-plan wrote beside --base")
    parser.add_argument("--format", choices=("terminal", "markdown", "json"), default="terminal")
    parser.add_argument(
        "--fail-on", choices=("changes", "gains", "nothing"), default="changes", help="default: changes"
    )
    return parser


def _preview(file: str, plan: str | None) -> Preview:
    return read_preview(_read(file), None if plan is None else _read(plan))


def _read(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PreviewError(f"{file} cannot be read: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
