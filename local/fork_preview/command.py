"""`python -m local.fork_preview`: previews a pull request from a fork, without any credentials.

Previews the programs of the pull request and of its base branch, each on an empty local AWS, and compares
them.
"""

from dataclasses import replace
from pathlib import Path

import click

from encrypted_tables.access_diff.evaluate.change import Diff, Verdict
from encrypted_tables.engine.preview import Preview
from encrypted_tables.engine.run_preview import EngineError, preview
from encrypted_tables.engine.stack import Stack
from encrypted_tables.pipeline.command import head_commit, preview_options
from encrypted_tables.pipeline.one_pass import one_pass
from encrypted_tables.pipeline.run import Request, run_preview
from encrypted_tables.terminal import say
from local.local_run import ROOT, LocalRun, local_run
from local.stack_encryption import encryption_of, with_encryption


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
    """Preview both programs on an empty stack; compare a new environment with nothing.

    If this leaves access unknown, for example for a key user that the program creates, deploy the base branch
    on the local AWS and preview the pull request as an update.
    """
    pack = request.pack.resolve()
    with local_run() as run:
        head = _fresh(run, request.stack, Path.cwd(), "head")
        if not (base / f"Pulumi.{request.stack}.yaml").exists():
            return one_pass(head, pack, request.out, None)
        base_stack = _fresh(run, request.stack, base, "base")
        earlier = preview(base_stack, request.out / "base")
        now, diff = one_pass(head, pack, request.out, earlier)
        is_answered = diff.verdict is not Verdict.CANNOT_TELL or not (now.is_complete and earlier.is_complete)
        if is_answered or not _is_deployed(base_stack):
            return now, diff
        return one_pass(_update_of(run, base_stack, Path.cwd()), pack, request.out, None)


def _is_deployed(base: Stack) -> bool:
    result = base.up()
    if result.exit_code != 0:
        say(f"The base branch cannot be deployed on the local AWS:\n{result.output}")
    return result.exit_code == 0


def _fresh(run: LocalRun, stack: str, program: Path, side: str) -> Stack:
    """A new, empty stack of a program, in a backend of its own."""
    project = _copy_of(program, stack, run.directory / f"program-{side}")
    environment = {**run.environment(), "PULUMI_BACKEND_URL": f"file://{_made(run.directory / side)}"}
    made = Stack(stack, project, run.engine.pulumi, environment)
    result = made.captured("stack", "init")
    if result.returncode:
        raise EngineError(f"the stack {stack} cannot be created:\n{result.stderr}")
    return made


def _update_of(run: LocalRun, deployed: Stack, program: Path) -> Stack:
    """The deployed stack with another program."""
    config = deployed.project / f"Pulumi.{deployed.name}.yaml"
    encryption = encryption_of(config.read_text(encoding="utf-8"))
    project = _copy_of(program, deployed.name, run.directory / "program-update", encryption)
    return replace(deployed, project=project)


def _copy_of(program: Path, stack: str, project: Path, encryption: str = "") -> Path:
    """A copy of a program, with this encryption (default: none) in its config."""
    project.mkdir()
    for entry in program.iterdir():
        if not entry.name.startswith(".") and entry.name != "venv" and not entry.match("Pulumi.*.yaml"):
            (project / entry.name).symlink_to(entry.resolve())
    (project / "venv").symlink_to(ROOT / "venv")
    config = program / f"Pulumi.{stack}.yaml"
    if config.exists():
        text = with_encryption(config.read_text(encoding="utf-8"), encryption)
        (project / config.name).write_text(text, encoding="utf-8")
    return project


def _made(directory: Path) -> Path:
    directory.mkdir()
    return directory
