"""Previews a stack with the engine, and runs the policy pack over the preview."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

from encrypted_tables.engine.events import Violation
from encrypted_tables.engine.policy_pack import PolicyPack
from encrypted_tables.engine.policy_verdicts import verdicts_of
from encrypted_tables.engine.preview import Preview, read_preview
from encrypted_tables.engine.project import stack_config
from encrypted_tables.engine.remedies import with_remedy
from encrypted_tables.engine.stack import Stack
from encrypted_tables.errors import UserError

EVENTS, PLAN = "preview.json", "plan.json"
# https://www.pulumi.com/docs/iac/cli/environment-variables/
AS_EVENTS = {"PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true", "PULUMI_SKIP_UPDATE_CHECK": "true"}
# The policies run once, over the preview, even if the environment enables a pack.
NO_OTHER_PACK = {"PULUMI_OPTION_POLICY_PACK": "", "PULUMI_OPTION_POLICY_PACK_CONFIG": ""}


class EngineError(UserError):
    """The engine failed before it had a preview; the message contains its output."""


def preview(stack: Stack, directory: Path) -> Preview:
    """Preview the stack and keep its events and its plan in the directory.

    Raises:
        EngineError: the engine failed before the preview.
        PreviewError: its output is not a preview.
    """
    directory.mkdir(parents=True, exist_ok=True)
    directory = directory.resolve()  # the engine runs in the project's directory
    events, plan = directory / EVENTS, directory / PLAN
    for earlier in (events, plan):
        earlier.unlink(missing_ok=True)
    result = _previewed(stack, "--save-plan", str(plan))
    events.write_text(result.stdout, encoding="utf-8")
    if plan.exists():
        return read_preview(result.stdout, plan.read_text(encoding="utf-8"))
    made = read_preview(result.stdout)
    if made.is_complete and not any(violation.is_mandatory for violation in made.violations):
        raise EngineError(f"the preview of {stack.name} wrote no plan:\n{messages_of(result)}")
    return made


def judged(made: Preview, stack: Stack, pack: Path, directory: Path) -> Preview:
    """The preview with the violations that the policy pack finds in what the engine wrote.

    The engine runs the policies itself only if they depend on secret values, which it does not write. The
    plan in the directory is removed if there is a mandatory violation.

    Raises:
        UserError: the policy pack does not run.
    """
    verdicts = verdicts_of(PolicyPack(pack), made, default_aws=_default_aws(stack))
    violations = _by_engine(stack, pack) if verdicts.hidden else verdicts.violations
    if any(violation.is_mandatory for violation in violations):
        (directory / PLAN).unlink(missing_ok=True)
    return replace(made, violations=(*made.violations, *violations))


def _default_aws(stack: Stack) -> dict[str, Any]:
    """The inputs of the stack's default AWS provider, from its config and the environment.

    https://www.pulumi.com/registry/packages/aws/installation-configuration/
    """
    file = stack.project / f"Pulumi.{stack.name.rpartition('/')[2]}.yaml"
    config = stack_config(file) if file.exists() else {}
    region = stack.environment.get("AWS_REGION") or stack.environment.get("AWS_DEFAULT_REGION")
    own = {name.removeprefix("aws:"): value for name, value in config.items() if name.startswith("aws:")}
    known = {name: value for name, value in own.items() if not _is_secret(value)}
    return {**({"region": region} if region else {}), **known}


def _is_secret(value: object) -> bool:
    return isinstance(value, dict) and "secure" in value


def _by_engine(stack: Stack, pack: Path) -> tuple[Violation, ...]:
    """The violations from a run of the policies in the engine, which passes them secret values."""
    return read_preview(_previewed(stack, "--policy-pack", str(pack)).stdout).violations


def _previewed(stack: Stack, *flags: str) -> subprocess.CompletedProcess[str]:
    result = stack.captured("preview", "--json", *flags, variables={**AS_EVENTS, **NO_OTHER_PACK})
    if '"preludeEvent"' not in result.stdout:
        raise EngineError(f"the preview of {stack.name} did not start:\n{with_remedy(messages_of(result))}")
    return result


def messages_of(result: subprocess.CompletedProcess[str]) -> str:
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
