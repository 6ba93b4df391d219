"""`python -m encrypted_tables.pipeline`: previews a stack for its reviewers, and deploys what they reviewed."""

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from encrypted_tables.engine.find import EngineNotFoundError
from encrypted_tables.engine.preview import PreviewError
from encrypted_tables.engine.run_preview import EngineError
from encrypted_tables.pipeline.comment import render_comment
from encrypted_tables.pipeline.deploy import deploy
from encrypted_tables.pipeline.run import Request, failure_of, run_preview
from encrypted_tables.pipeline.summary import SHA, SUMMARY, Summary


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line asks; 0 if all is well, 1 for a preview not accepted, 2 for errors."""
    arguments = _parser().parse_args(argv)
    try:
        status: int = arguments.command(arguments)
    except (EngineError, EngineNotFoundError, PreviewError, OSError) as error:
        print(f"pipeline: {error}", file=sys.stderr)
        return 2
    return status


def _preview(arguments: argparse.Namespace) -> int:
    request = Request(
        arguments.stack,
        arguments.out,
        base=arguments.base,
        commit=arguments.commit or _head(),
        pull_request=arguments.pull_request,
        pack=arguments.pack,
    )
    try:
        summary = run_preview(request)
    except (EngineError, EngineNotFoundError, PreviewError) as error:
        _write(arguments.out, failure_of(request, error))
        raise
    _write(arguments.out, summary)
    print(render_comment([summary]))
    return 0 if summary.is_accepted else 1


def _write(out: Path, summary: Summary) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / SUMMARY).write_text(summary.model_dump_json(indent=2) + "\n", encoding="utf-8")


def _deploy(arguments: argparse.Namespace) -> int:
    return deploy(arguments.stack, arguments.plan, arguments.pack, arguments.evidence)


def _commit(text: str) -> str:
    if not re.fullmatch(SHA, text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole commit id, 40 hexadecimal digits")
    return text


def _head() -> str:
    """The checked out commit."""
    result = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    if result.returncode:
        raise EngineError(f"which commit this is cannot be told; give --commit: {result.stderr.strip()}")
    return result.stdout.strip()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m encrypted_tables.pipeline", description=__doc__)
    commands = parser.add_subparsers(required=True)

    preview = commands.add_parser("preview", help="preview a stack: policies, access and resources")
    preview.set_defaults(command=_preview)
    preview.add_argument("--out", type=Path, required=True, help=f"directory for events, plan and {SUMMARY}")
    preview.add_argument(
        "--commit", type=_commit, metavar="SHA", help="the commit that is previewed (default: git's HEAD)"
    )
    preview.add_argument("--pull-request", type=int, metavar="NUMBER")
    preview.add_argument(
        "--base",
        type=Path,
        metavar="CHECKOUT",
        help="compare with the program in another checkout, both on a local AWS: needs no credentials",
    )

    deployment = commands.add_parser("deploy", help="apply a preview's plan, then verify who has access")
    deployment.set_defaults(command=_deploy)
    deployment.add_argument("--plan", type=Path, required=True, help="the plan that preview kept")
    deployment.add_argument(
        "--evidence", type=Path, required=True, help="a new directory for verify's evidence"
    )

    for command in (preview, deployment):
        command.add_argument("--stack", required=True)
        command.add_argument("--pack", type=Path, default=Path("policy-pack"), help="default: policy-pack")
    return parser


if __name__ == "__main__":
    sys.exit(main())
