"""`encrypted-tables preview`, `deploy` and `comment`."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from encrypted_tables.engine.run_preview import EngineError
from encrypted_tables.pipeline.summary import SHA, SUMMARY

_PATH = click.Path(path_type=Path)
_stack = click.option("--stack", required=True)
_pack = click.option(
    "--pack", type=_PATH, default=Path("policy-pack"), show_default=True, help="The policy pack."
)


def _commit(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not re.fullmatch(SHA, value):
        raise click.BadParameter(f"{value!r} is not a full commit id of 40 hexadecimal digits")
    return value


def preview_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options of previews in a pipeline."""
    for option in (
        _pack,
        click.option("--pull-request", type=int, metavar="NUMBER", help="The pull request, for the comment."),
        click.option(
            "--commit", callback=_commit, metavar="SHA", help="The commit that is previewed (default: HEAD)."
        ),
        click.option(
            "--out", type=_PATH, required=True, help=f"Directory for the events, the plan and {SUMMARY}."
        ),
        _stack,
    ):
        command = option(command)
    return command


@click.command()
@preview_options
def preview(stack: str, out: Path, commit: str | None, pull_request: int | None, pack: Path) -> int:
    """Preview a stack: its resources, policies and access, for reviewers.

    \b
    Exit status: 0 the update may go ahead; 1 an error in the program or a mandatory violation; 2 the preview
    failed.
    """
    from encrypted_tables.pipeline.run import Request, run_preview  # noqa: PLC0415  # loads the AWS SDK

    return run_preview(Request(stack, out, commit or head_commit(), pull_request, pack))


@click.command()
@_stack
@click.option("--plan", type=_PATH, required=True, help="The plan that the preview wrote.")
@click.option("--evidence", type=_PATH, required=True, help="A new directory for the evidence of verify.")
@_pack
def deploy(stack: str, plan: Path, evidence: Path, pack: Path) -> int:
    """Apply the plan of a preview, then verify access.

    \b
    Exit status: 0 applied, and access is as declared; 1 access differs; 2 not applied, or not verified.
    """
    from encrypted_tables.pipeline.deploy import deploy as apply  # noqa: PLC0415  # loads the AWS SDK

    return apply(stack, plan, pack, evidence)


@click.command()
@click.argument("directory", type=_PATH)
@click.option("--commit", required=True, help="The commit of the workflow run.")
@click.option(
    "--head",
    required=True,
    metavar="OWNER/NAME:BRANCH",
    help="The branch whose code it ran, as owner:branch.",
)
@click.option("--conclusion", required=True, help="The conclusion of the workflow run.")
def comment(directory: Path, commit: str, head: str, conclusion: str) -> None:
    """Write or update the comment with all previews on their pull request.

    DIRECTORY contains the summaries of the previews, at any depth. GITHUB_REPOSITORY, GITHUB_API_URL and
    GITHUB_TOKEN come from the workflow.
    """
    from encrypted_tables.pipeline.post import Run, post  # noqa: PLC0415  # not needed by the other commands

    repository, _, branch = head.partition(":")
    post(directory, Run(commit, repository, branch, conclusion))


def head_commit() -> str:
    """The checked out commit.

    Raises:
        EngineError: git failed.
    """
    result = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    if result.returncode:
        raise EngineError(f"the commit is unknown; give --commit: {result.stderr.strip()}")
    return result.stdout.strip()
