"""Previews a stack for its reviewers and writes the summary, plan and access diff."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from encrypted_tables.access_diff.evaluate.change import Diff
from encrypted_tables.engine.find import find_engine
from encrypted_tables.engine.preview import Preview
from encrypted_tables.engine.project import project_name, stack_settings, tables_of
from encrypted_tables.engine.stack import Stack
from encrypted_tables.errors import UserError
from encrypted_tables.pipeline.comment import render_comment
from encrypted_tables.pipeline.one_pass import one_pass
from encrypted_tables.pipeline.summary import SUMMARY, Summary, summarise, summarise_failure


@dataclass(frozen=True)
class Request:
    """What to preview."""

    stack: str
    out: Path
    commit: str
    pull_request: int | None
    pack: Path


Previews = Callable[[Request], tuple[Preview, Diff]]
"""Returns the preview with its verdicts, and the changes of access."""


def run_preview(request: Request, previews: Previews | None = None, *, is_of_stack: bool = True) -> int:
    """Preview, write the summary and print it as in the comment; return 0 if the update may go ahead, else 1.

    Args:
        request: what to preview.
        previews: makes the previews (default: of the stack, with the credentials of the environment).
        is_of_stack: whether the preview is compared with the stack, or with another preview.

    Raises:
        UserError: the preview failed. The summary is written nevertheless, with the reason.
    """
    try:
        now, found = (previews or _of_stack)(request)
    except UserError as error:
        failure = summarise_failure(
            request.stack, request.commit, request.pull_request, str(error), is_of_stack=is_of_stack
        )
        _write(request.out, failure)
        raise
    diff = _with_notes(found, Path(f"Pulumi.{request.stack}.yaml"))
    summary = summarise(
        request.stack, request.commit, request.pull_request, now, diff, is_of_stack=is_of_stack
    )
    _write(request.out, summary)
    print(render_comment([summary]))
    return 0 if summary.is_accepted else 1


def _write(out: Path, summary: Summary) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / SUMMARY).write_text(summary.model_dump_json(indent=2) + "\n", encoding="utf-8")


def _of_stack(request: Request) -> tuple[Preview, Diff]:
    engine = find_engine()
    stack = Stack(request.stack, Path.cwd(), engine.pulumi, engine.environment())
    return one_pass(stack, request.pack.resolve(), request.out)


def _with_notes(diff: Diff, config: Path) -> Diff:
    """Add notes on the limits of a preview by another role than the deployer."""
    settings = stack_settings(config, project_name(config.parent)) if config.exists() else {}
    notes = [
        f"{config.name}: {name} has no deployers, so its key policy names the principal that "
        "runs the update, here the role of this preview. If another role deploys, add it to deployers, or "
        "the plan will be rejected."
        for name, table in tables_of(settings).items()
        if not {"deployers", "keyArn"} & table.keys()
    ]
    return replace(diff, notes=(*diff.notes, *notes))
