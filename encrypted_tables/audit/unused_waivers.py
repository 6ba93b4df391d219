"""Waivers in the pack's config that nothing in the audited states needs."""

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from encrypted_tables.audit.analysis import Analysis
from encrypted_tables.audit.findings import Identity
from encrypted_tables.errors import UserError


@dataclass(frozen=True)
class Waiver:
    """A waiver of a policy, as the config has it."""

    policy: str
    owner: str
    scope: str

    def takes_in(self, violation: Identity) -> bool:
        """Whether it is about such a violation: `*` stands for any text, as the pack reads it."""
        policy, urn = violation
        pattern = ".*".join(map(re.escape, self.scope.split("*")))
        return policy == self.policy and re.fullmatch(pattern, urn, re.DOTALL) is not None


def unused_waivers(analysis: Analysis, states: Sequence[Path]) -> list[str]:
    """One line for each waiver without which nothing more would be found in the states.

    The pack tells of unused waivers of its own stack. Only an audit of all stacks can tell of one
    whose scope is a pattern over stacks. Where there are waivers, it is made once more without them.

    Raises:
        UserError: the file is no config of a pack.
    """
    if analysis.config is None:
        return []
    try:
        policies = json.loads(analysis.config.read_text(encoding="utf-8"))
        waivers = list(dict.fromkeys(_waivers(policies)))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(
            f"{analysis.config} is no config of a policy pack ({type(error).__name__}: {error})."
        ) from error
    if not waivers:
        return []
    with tempfile.TemporaryDirectory(prefix="audit-") as directory:
        bare = Path(directory) / "config.json"
        bare.write_text(json.dumps(_without_waivers(policies)), encoding="utf-8")
        reports = replace(analysis, config=bare).reports(states)
    found = {finding.identity for report in reports for finding in report.findings}
    return [
        f"In {waiver.policy}, nothing needs the waiver of {waiver.owner} for {waiver.scope}."
        for waiver in waivers
        if not any(map(waiver.takes_in, found))
    ]


def _waivers(policies: Mapping[str, Any]) -> Iterator[Waiver]:
    """All waivers, those of overrides for some stacks as well."""
    for policy, settings in policies.items():
        if isinstance(settings, dict):
            overrides = [override.get("settings", {}) for override in settings.get("overrides", [])]
            for place in (settings, *overrides):
                for one in place.get("waivers", []):
                    yield Waiver(policy, one["owner"], one["scope"])


def _without_waivers(config: Any) -> Any:  # noqa: ANN401  # any JSON
    if isinstance(config, dict):
        return {name: _without_waivers(value) for name, value in config.items() if name != "waivers"}
    return [_without_waivers(one) for one in config] if isinstance(config, list) else config
