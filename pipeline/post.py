"""`python -m pipeline.post`: keeps the comment of all previews on their pull request.

It runs trusted code with a token that may comment, on summaries that an untrusted run wrote. So it reads
nothing of them but what their schema lets through, and needs no engine and no AWS.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline.comment import render_comment
from pipeline.github import GitHubError, Repository
from pipeline.summary import SUMMARY, Summary, SummaryError, read_summary


def main(argv: Sequence[str] | None = None) -> int:
    """Write the comment; 0 when it is there, 2 when not."""
    arguments = _parser().parse_args(argv)
    try:
        _post(_summaries(arguments.directory), arguments.commit)
    except (SummaryError, GitHubError) as error:
        print(f"pipeline: {error}", file=sys.stderr)
        return 2
    return 0


def _post(summaries: list[Summary], commit: str) -> None:
    numbers = {summary.pull_request for summary in summaries}
    commits = {summary.commit for summary in summaries}
    number = numbers.pop() if len(numbers) == 1 else None
    if number is None or commits != {commit}:
        raise SummaryError(
            f"these summaries are not all of one pull request at commit {commit}, "
            f"but of {sorted(commits)}: nothing is posted"
        )
    repository = Repository(
        _variable("GITHUB_REPOSITORY"), _variable("GITHUB_API_URL"), _variable("GITHUB_TOKEN")
    )
    repository.check_head(number, commit)
    repository.keep_comment(number, render_comment(summaries))


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
    parser = argparse.ArgumentParser("python -m pipeline.post", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("directory", type=Path, help=f"where the {SUMMARY} files are, at any depth")
    parser.add_argument("--commit", required=True, help="the commit that the workflow run was of")
    return parser


if __name__ == "__main__":
    sys.exit(main())
