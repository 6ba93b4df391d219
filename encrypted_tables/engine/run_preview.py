"""Runs the engine's preview of a stack, with the policy pack, and keeps what it wrote."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from encrypted_tables.engine.preview import Preview, read_preview
from encrypted_tables.engine.stack import Stack
from encrypted_tables.errors import UserError

EVENTS, PLAN = "preview.json", "plan.json"
# https://www.pulumi.com/docs/iac/cli/environment-variables/
AS_EVENTS = {"PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true", "PULUMI_SKIP_UPDATE_CHECK": "true"}


class EngineError(UserError):
    """The engine failed before it had a preview; the message holds its output."""


def preview(stack: Stack, pack: Path | None, directory: Path) -> Preview:
    """Preview the stack and keep its events and its plan in the directory.

    After a mandatory violation the engine writes no plan. Then preview again without the pack, so that the
    access diff is complete; the plan of the second preview is not kept.

    Raises:
        EngineError: the engine failed before it had a preview.
        PreviewError: its output is not a preview.
    """
    directory.mkdir(parents=True, exist_ok=True)
    directory = directory.resolve()  # the engine runs in the project's directory
    events, plan = directory / EVENTS, directory / PLAN
    for earlier in (events, plan):
        earlier.unlink(missing_ok=True)
    result = _previewed(stack, pack, plan)
    written = result.stdout
    events.write_text(written, encoding="utf-8")
    if plan.exists():
        return read_preview(written, plan.read_text(encoding="utf-8"))
    first = read_preview(written)
    if not first.is_complete:
        return first
    if not any(violation.is_mandatory for violation in first.violations):
        raise EngineError(f"the preview of {stack.name} wrote no plan:\n{said(result)}")
    again = preview(stack, None, directory / "without-policies")
    return _with_verdicts_of(first, again)


def _previewed(stack: Stack, pack: Path | None, plan: Path) -> subprocess.CompletedProcess[str]:
    policies: Sequence[str] = () if pack is None else ("--policy-pack", str(pack))
    result = stack.captured("preview", "--json", "--save-plan", str(plan), *policies, variables=AS_EVENTS)
    if '"preludeEvent"' not in result.stdout:
        raise EngineError(f"the preview of {stack.name} did not start:\n{said(result)}")
    return result


def said(result: subprocess.CompletedProcess[str]) -> str:
    """The engine's messages when its preview failed."""
    messages = []
    for line in result.stdout.splitlines():
        try:
            message = json.loads(line).get("diagnosticEvent", {})
        except (ValueError, AttributeError):
            message = {"severity": "error", "message": line}
        if message.get("severity") == "error":
            messages.append(message["message"].strip())
    return "\n".join([*filter(None, [result.stderr.strip()]), *messages])


def _with_verdicts_of(first: Preview, again: Preview) -> Preview:
    return Preview(
        again.before,
        again.after,
        again.leaving,
        again.operations,
        first.violations,
        first.errors + again.errors,
    )
