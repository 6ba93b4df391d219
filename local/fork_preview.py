"""`python -m local.fork_preview`: previews a pull request from a fork, without any credentials.

Previews the programs of the pull request and of its base branch, each on an empty local AWS, and compares
them.
"""

import sys
from pathlib import Path

import click

from encrypted_tables.__main__ import exit_status
from encrypted_tables.access_diff.evaluate.change import Diff
from encrypted_tables.command_line import run as run_command
from encrypted_tables.engine.preview import Preview
from encrypted_tables.engine.run_preview import EngineError, preview
from encrypted_tables.engine.stack import Stack
from encrypted_tables.pipeline.command import head_commit, preview_options
from encrypted_tables.pipeline.one_pass import one_pass
from encrypted_tables.pipeline.run import Request, run_preview
from local.local_run import ROOT, LocalRun, local_run
from local.stack_encryption import without_encryption


@click.command()
@preview_options
@click.option(
    "--base",
    type=click.Path(path_type=Path),
    required=True,
    metavar="CHECKOUT",
    help="The checkout of the base branch.",
)
def fork_preview(
    stack: str, out: Path, commit: str | None, pull_request: int | None, pack: Path, base: Path
) -> int:
    """Compare a pull request's program with its base branch, both on a local AWS. Needs no credentials."""
    request = Request(stack, out, commit or head_commit(), pull_request, pack)
    return run_preview(request, lambda wanted: _on_local_aws(wanted, base), is_of_stack=False)


def _on_local_aws(request: Request, base: Path) -> tuple[Preview, Diff]:
    """Preview both programs. A new environment, which the base branch lacks, is compared with nothing."""
    with local_run() as run:
        head = _fresh(run, request.stack, Path.cwd(), "head")
        earlier = None
        if (base / f"Pulumi.{request.stack}.yaml").exists():
            earlier = preview(_fresh(run, request.stack, base, "base"), request.out / "base")
        return one_pass(head, request.pack.resolve(), request.out, earlier)


def _fresh(run: LocalRun, stack: str, program: Path, side: str) -> Stack:
    """A new, empty stack of a program, in a copy whose config is not encrypted."""
    config = program / f"Pulumi.{stack}.yaml"
    project = run.directory / f"program-{side}"
    project.mkdir()
    for entry in program.iterdir():
        if not entry.name.startswith(".") and entry.name != "venv" and not entry.match("Pulumi.*.yaml"):
            (project / entry.name).symlink_to(entry.resolve())
    (project / "venv").symlink_to(ROOT / "venv")
    if config.exists():
        text = without_encryption(config.read_text(encoding="utf-8"))
        (project / config.name).write_text(text, encoding="utf-8")
    environment = {**run.environment(), "PULUMI_BACKEND_URL": f"file://{_made(run.directory / side)}"}
    made = Stack(stack, project, run.engine.pulumi, environment)
    result = made.captured("stack", "init")
    if result.returncode:
        raise EngineError(f"the stack {stack} cannot be created:\n{result.stderr}")
    return made


def _made(directory: Path) -> Path:
    directory.mkdir()
    return directory


if __name__ == "__main__":
    sys.exit(exit_status(lambda: run_command(fork_preview, None)))
