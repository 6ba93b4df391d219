"""Waivers in the pack's config that no audited state has a resource for."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from audit.errors import AuditError


def unused_waivers(config: Path, urns: Sequence[str]) -> list[str]:
    """One line for each waiver whose scope takes in none of the URNs.

    The pack tells of unused waivers of its own stack. Only an audit of all stacks can tell of one
    whose scope is a pattern over stacks.

    Raises:
        AuditError: the file is no config of a pack.
    """
    try:
        policies = json.loads(config.read_text(encoding="utf-8"))
        return [
            f"In {policy}, the waiver of {waiver['owner']} for {waiver['scope']} takes in no resource."
            for policy, settings in policies.items()
            if isinstance(settings, dict)
            for waiver in settings.get("waivers", [])
            if not any(_takes_in(waiver["scope"], urn) for urn in urns)
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise AuditError(
            f"{config} is no config of a policy pack ({type(error).__name__}: {error})."
        ) from error


def _takes_in(scope: str, urn: str) -> bool:
    """Whether a scope, in which `*` stands for any text, takes in a resource: as the pack reads it."""
    return re.fullmatch(".*".join(map(re.escape, scope.split("*"))), urn, re.DOTALL) is not None
