"""`python -m pipeline`: what the workflows run."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from access_diff.preview import PreviewError
from pipeline.comment import render_comment
from pipeline.engine_preview import EngineError
from pipeline.github import GitHubError, Repository
from pipeline.run import Request, run_preview
from pipeline.summary import Summary, SummaryError, read_summary
from tools.engine import EngineNotFoundError

SUMMARY = "summary.json"


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line asks; 0 if all is well, 1 for a preview not accepted, 2 for errors."""
    arguments = _parser().parse_args(argv)
    try:
        status: int = arguments.command(arguments)
    except (EngineError, EngineNotFoundError, PreviewError, SummaryError, GitHubError) as error:
        print(f"pipeline: {error}", file=sys.stderr)
        return 2
    return status


def _preview(arguments: argparse.Namespace) -> int:
    request = Request(
        arguments.stack,
        arguments.out,
        arguments.base,
        arguments.commit,
        arguments.pull_request,
        arguments.pack,
    )
    summary = run_preview(request)
    (arguments.out / SUMMARY).write_text(summary.model_dump_json(indent=2) + "\n", encoding="utf-8")
    print(render_comment([summary]))
    return 0 if summary.is_accepted else 1


def _comment(arguments: argparse.Namespace) -> int:
    print(render_comment(_summaries(arguments.directory)))
    return 0


def _post(arguments: argparse.Namespace) -> int:
    summaries = _summaries(arguments.directory)
    numbers = {summary.pull_request for summary in summaries}
    commits = {summary.commit for summary in summaries}
    if len(numbers) != 1 or commits != {arguments.commit} or None in numbers:
        raise SummaryError(
            f"these summaries are of pull requests {sorted(map(str, numbers))} and commits "
            f"{sorted(commits)}; one pull request and {arguments.commit} were expected"
        )
    repository = Repository(
        _variable("GITHUB_REPOSITORY"), _variable("GITHUB_API_URL"), _variable("GITHUB_TOKEN")
    )
    number = int(numbers.pop() or 0)
    repository.check_head(number, arguments.commit)
    repository.keep_comment(number, render_comment(summaries))
    return 0


def _summaries(directory: Path) -> list[Summary]:
    files = sorted(directory.rglob(SUMMARY))
    if not files:
        raise SummaryError(f"{directory} holds no {SUMMARY}")
    return [read_summary(file.read_text(encoding="utf-8", errors="replace")) for file in files]


def _variable(name: str) -> str:
    if not os.environ.get(name):
        raise GitHubError(f"{name} is not set; a workflow sets it")
    return os.environ[name]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m pipeline", description=__doc__)
    commands = parser.add_subparsers(required=True)

    preview = commands.add_parser("preview", help="preview a stack: policies and access diff")
    preview.set_defaults(command=_preview)
    preview.add_argument("--stack", required=True)
    preview.add_argument("--out", type=Path, required=True, help="directory for events, plan and summary")
    preview.add_argument("--pack", type=Path, default=Path("policy-pack"), help="default: policy-pack")
    preview.add_argument("--commit", default="0" * 40, help="the commit that is previewed")
    preview.add_argument("--pull-request", type=int, help="its number")
    preview.add_argument(
        "--base",
        type=Path,
        metavar="DIRECTORY",
        help="compare with the program in this other checkout, both on a local AWS: needs no credentials",
    )

    comment = commands.add_parser("comment", help="the comment of all summaries below a directory")
    comment.set_defaults(command=_comment)
    comment.add_argument("directory", type=Path)

    post = commands.add_parser("post", help="keep that comment on its pull request")
    post.set_defaults(command=_post)
    post.add_argument("directory", type=Path)
    post.add_argument("--commit", required=True, help="the commit that the workflow run was of")
    return parser


if __name__ == "__main__":
    sys.exit(main())
