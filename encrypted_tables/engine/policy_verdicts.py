"""Runs a policy pack over a preview, so that one run of the engine gives resources, verdicts and access."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from encrypted_tables.engine.events import Violation
from encrypted_tables.engine.policy_pack import PolicyPack
from encrypted_tables.engine.policy_request import providers_of, registered
from encrypted_tables.engine.preview import Preview, Resource
from encrypted_tables.errors import UserError

DEFAULT_AWS = "pulumi:providers:aws"


@dataclass(frozen=True)
class Verdicts:
    """The reports of the pack. The `hidden` resources were checked without their secret values."""

    violations: tuple[Violation, ...]
    hidden: tuple[str, ...]


def verdicts_of(
    pack: PolicyPack,
    preview: Preview,
    config: Mapping[str, Any] | None = None,
    stack_tags: Mapping[str, str] | None = None,
    default_aws: Mapping[str, Any] | None = None,
) -> Verdicts:
    """Run the pack's policies over a preview, as the engine would during the preview.

    Args:
        pack: the policy pack; it runs in its own environment.
        preview: with its plan, or from a digest: without dependencies, unknown keys cannot be followed.
        config: the pack's config.
        stack_tags: the stack's tags, for which a config can have other settings.
        default_aws: the inputs of the default AWS provider, which a preview does not contain.

    Raises:
        UserError: the pack does not run.
    """
    providers = providers_of(preview.after)
    leaving = {one.urn for one in preview.leaving}
    request = {
        "resources": [
            {
                **registered(one, providers.get(one.provider) or _default(one.provider, default_aws)),
                "is_read": preview.operations.get(one.urn) == "read",
            }
            for one in preview.after
            if one.urn not in leaving
        ],
        "config": config or {},
        "stackTags": stack_tags or {},
        "isComplete": preview.is_complete,
    }
    with tempfile.TemporaryDirectory(prefix="policies-") as directory:
        file = Path(directory) / "preview.json"
        file.write_text(json.dumps(request), encoding="utf-8")
        done = pack.run("evaluate.py", str(file))
    if done.returncode:
        raise UserError(f"The policies of {pack.directory} could not be run: {done.stderr.strip()}")
    answer = json.loads(done.stdout)
    violations = (
        Violation(one["policy"], one["level"], one["urn"], one["message"]) for one in answer["reported"]
    )
    return Verdicts(tuple(violations), tuple(answer["hidden"]))


def _default(urn: str, inputs: Mapping[str, Any] | None) -> Resource | None:
    kind = urn.split("::")[2] if urn.count("::") > 2 else ""
    return Resource(urn, kind, "", inputs or {}, {}) if kind == DEFAULT_AWS else None
