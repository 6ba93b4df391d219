"""Writes or updates the comment with all previews on their pull request.

It runs trusted code, with a token that can comment, on summaries from an untrusted run. It therefore reads
only what their schema allows, and needs neither the engine nor AWS.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from encrypted_tables.pipeline.comment import render_comment
from encrypted_tables.pipeline.github import GitHubError, Repository
from encrypted_tables.pipeline.summary import SUMMARY, Summary, SummaryError, read_summary


@dataclass(frozen=True)
class Run:
    """GitHub's data on the workflow run that wrote the summaries."""

    commit: str
    repository: str
    """`owner/name` of the repository whose code it ran; a fork's for its pull requests."""
    branch: str
    conclusion: str


def post(directory: Path, run: Run) -> None:
    """Write the comment.

    Raises:
        SummaryError: the summaries are not all from one pull request at this commit.
        GitHubError: the request failed, or a variable of the workflow is not set.
    """
    repository = Repository(
        _variable("GITHUB_REPOSITORY"), _variable("GITHUB_API_URL"), _variable("GITHUB_TOKEN")
    )
    summaries, remarks = _summaries(directory)
    if summaries:
        number = _number(summaries, run.commit)
        repository.check_head(number, run.commit)
    else:
        owner = run.repository.partition("/")[0]
        number = repository.pull_request_of(f"{owner}:{run.branch}", run.commit)
        remarks.append(f"No stack was previewed at commit {run.commit}.")
    if run.conclusion != "success":
        remarks.append(f"The workflow run ended with {run.conclusion}: a stack may be missing here.")
    if run.repository != repository.name:
        summaries = [one.model_copy(update={"compared_with": "the base branch"}) for one in summaries]
        remarks.insert(0, _OF_FORK)
    repository.keep_comment(number, render_comment(summaries, remarks))


_OF_FORK = (
    "This was written by code from a fork, which ran without credentials: the author of the pull request "
    "could change everything below."
)


def _number(summaries: list[Summary], commit: str) -> int:
    numbers = {summary.pull_request for summary in summaries}
    commits = {summary.commit for summary in summaries}
    number = numbers.pop() if len(numbers) == 1 else None
    if number is None or commits != {commit}:
        raise SummaryError(
            f"these summaries are not all from one pull request at commit {commit}, "
            f"but from {sorted(commits)}: not commented"
        )
    return number


def _summaries(directory: Path) -> tuple[list[Summary], list[str]]:
    """The summaries, and remarks on files that are not summaries."""
    found, errors = [], []
    for file in sorted(directory.rglob(SUMMARY)):
        try:
            found.append(read_summary(file.read_text(encoding="utf-8", errors="replace")))
        except SummaryError as error:
            errors.append(str(error)[:300])
    return found, [f"{len(errors)} files are omitted; the first one: {errors[0]}"] if errors else []


def _variable(name: str) -> str:
    if not os.environ.get(name):
        raise GitHubError(f"{name} is not set; GitHub sets it in a workflow")
    return os.environ[name]
