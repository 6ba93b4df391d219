"""Previews a stack as the workflows do: on AWS, or without credentials on a local AWS."""

from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from encrypted_tables.access_diff.diff import access_diff
from encrypted_tables.access_diff.evaluate.change import Diff
from encrypted_tables.engine.find import find_engine
from encrypted_tables.engine.preview import Preview
from encrypted_tables.engine.run_preview import EngineError, StackCommand, preview
from encrypted_tables.pipeline.summary import Summary, summarise, summarise_failure
from local.local_run import ROOT, LocalRun, local_run

_ENCRYPTION = ("secretsprovider", "encryptedkey", "encryptionsalt")


@dataclass(frozen=True)
class Request:
    """What is asked of a preview."""

    stack: str
    out: Path
    base: Path | None
    """Another checkout to compare with, on a local AWS; the stack as it is when left out."""
    commit: str
    pull_request: int | None
    pack: Path


def run_preview(request: Request) -> Summary:
    """Preview the stack.

    Raises:
        EngineError: the engine did not get as far as a preview.
        PreviewError: what it wrote is no preview.
        EngineNotFoundError: there is no engine.
    """
    found = _on_local_aws(request, request.base) if request.base else (_of_stack(request), None)
    now, before = found
    return summarise(
        request.stack,
        request.commit,
        request.pull_request,
        now,
        _with_notes(access_diff(now, before), Path(f"Pulumi.{request.stack}.yaml")),
        is_of_stack=request.base is None,
    )


def failure_of(request: Request, error: Exception) -> Summary:
    """What is known of a preview that ended with this error."""
    return summarise_failure(
        request.stack, request.commit, request.pull_request, str(error), is_of_stack=request.base is None
    )


def _with_notes(diff: Diff, config: Path) -> Diff:
    """What a preview run by another role than a deployment cannot get right."""
    document = yaml.safe_load(config.read_text(encoding="utf-8")) if config.exists() else None
    tables = ((document or {}).get("config") or {}).get("encrypted-tables:tables")
    notes = [
        f"{config.name}: {name} names no deployers, so its key policy names whoever runs the update: here "
        "the role of this preview. If another role deploys, name it, or the plan will be refused."
        for name, table in (tables.items() if isinstance(tables, dict) else ())
        if isinstance(table, dict) and not {"deployers", "keyArn"} & table.keys()
    ]
    return replace(diff, notes=(*diff.notes, *notes))


def _of_stack(request: Request) -> Preview:
    """Against the stack as it is, with the credentials, backend and passphrase of the environment."""
    engine = find_engine()
    command = StackCommand(engine.pulumi, request.stack, Path.cwd(), engine.environment())
    return preview(command, request.pack.resolve(), request.out)


def _on_local_aws(request: Request, base: Path) -> tuple[Preview, Preview | None]:
    """Both programs on an empty local AWS: neither sees credentials or a state.

    A new environment, which the base does not have, is compared with nothing.
    """
    with local_run() as run:
        head = preview(_fresh(run, request.stack, Path.cwd(), "head"), request.pack.resolve(), request.out)
        if not (base / f"Pulumi.{request.stack}.yaml").exists():
            return head, None
        earlier = preview(_fresh(run, request.stack, base, "base"), None, request.out / "base")
    return head, earlier


def _fresh(run: LocalRun, stack: str, program: Path, side: str) -> StackCommand:
    """An empty stack of that program, in a copy whose config is encrypted by nobody's key."""
    config = program / f"Pulumi.{stack}.yaml"
    project = run.directory / f"program-{side}"
    project.mkdir()
    for entry in program.iterdir():
        if not entry.name.startswith(".") and entry.name != "venv" and not entry.match("Pulumi.*.yaml"):
            (project / entry.name).symlink_to(entry.resolve())
    (project / "venv").symlink_to(ROOT / "venv")
    if config.exists():
        (project / config.name).write_text(_without_encryption(config), encoding="utf-8")
    environment = {**run.environment(), "PULUMI_BACKEND_URL": f"file://{_made(run.directory / side)}"}
    command = StackCommand(run.engine.pulumi, stack, project, environment)
    result = command.run("stack", "init")
    if result.returncode:
        raise EngineError(f"the stack {stack} cannot be made:\n{result.stderr}")
    return command


def _without_encryption(config: Path) -> str:
    document = yaml.safe_load(config.read_text(encoding="utf-8")) or {}
    return yaml.safe_dump({name: value for name, value in document.items() if name not in _ENCRYPTION})


def _made(directory: Path) -> Path:
    directory.mkdir()
    return directory
