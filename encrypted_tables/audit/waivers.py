"""Waivers in the pack's config: which violations each hides, and which waivers are unused.

The pack reports unused waivers for its own stack. Only an audit of all stacks can report an unused waiver
whose scope is a pattern over stacks. If there are waivers, the states are also checked without them: the
difference is what the waivers hide.
"""

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from encrypted_tables.audit.analysis import Analysis
from encrypted_tables.audit.findings import Finding, StateReport, Waiver
from encrypted_tables.errors import UserError

ABOUT_WAIVERS = ("waivers-current", "waivers-listed")


@dataclass(frozen=True)
class Waived:
    """The states with the hidden violations, and a note on each unused waiver."""

    reports: Sequence[StateReport]
    notes: Sequence[str] = ()


def with_waived(analysis: Analysis, reports: Sequence[StateReport]) -> Waived:
    """Add to each state the violations that waivers hide.

    Raises:
        UserError: the file is not a valid config of a policy pack.
    """
    if analysis.config is None:
        return Waived(reports)
    config = _config(analysis.config)
    waivers, of_overrides = list(dict.fromkeys(_waivers(config))), list(_waivers_of_overrides(config))
    if not (waivers or of_overrides):
        return Waived(reports)
    with tempfile.TemporaryDirectory(prefix="audit-") as directory:
        without = Path(directory) / "config.json"
        without.write_text(json.dumps(_without_waivers(config)), encoding="utf-8")
        bare = replace(analysis, config=without).reports([report.state for report in reports])
    violations = [one for report in bare for one in report.findings]
    # A state that could not be checked may need any of the waivers.
    is_complete = not any(report.error for report in bare)
    return Waived(
        [
            replace(report, waived=list(_hidden(report, whole, waivers)))
            for report, whole in zip(reports, bare, strict=True)
        ],
        [
            f"In {waiver.policy}, the waiver of {waiver.owner} for {waiver.scope} is unused."
            for waiver in dict.fromkeys([*waivers, *of_overrides])
            if is_complete and not any(_covers(waiver, one) for one in violations)
        ],
    )


def _hidden(report: StateReport, whole: StateReport, waivers: Sequence[Waiver]) -> Iterator[Finding]:
    """The violations that the state has only without the waivers.

    An invalid waiver adds a sentence to the message of the violation.
    """
    left = list(report.findings)
    for one in whole.findings:
        shown = next((other for other in left if _is_same(one, other)), None)
        if shown:
            left.remove(shown)
        elif one.policy not in ABOUT_WAIVERS:
            covering = [waiver for waiver in waivers if _covers(waiver, one)]
            if covering:
                yield replace(one, waiver=max(covering, key=lambda waiver: waiver.expires))


def _is_same(one: Finding, other: Finding) -> bool:
    return (one.identity, one.logical_id) == (
        other.identity,
        other.logical_id,
    ) and other.message.startswith(one.message)


def _covers(waiver: Waiver, finding: Finding) -> bool:
    """Whether the waiver applies to a violation; `*` matches any text, as in the pack."""
    pattern = ".*".join(map(re.escape, waiver.scope.split("*")))
    if finding.policy != waiver.policy or not re.fullmatch(pattern, finding.urn, re.DOTALL):
        return False
    return finding.logical_id in waiver.logical_ids if finding.logical_id else not waiver.logical_ids


def _config(file: Path) -> Mapping[str, Any]:
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
        list(_waivers(config)), list(_waivers_of_overrides(config))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(
            f"{file} is not a valid config of a policy pack ({type(error).__name__}: {error})."
        ) from error
    return config  # type: ignore[no-any-return]  # a mapping, as its waivers could be read


def _waivers(config: Mapping[str, Any]) -> Iterator[Waiver]:
    for policy, settings in config.items():
        if isinstance(settings, dict):
            yield from (_waiver(policy, one) for one in settings.get("waivers", []))


def _waivers_of_overrides(config: Mapping[str, Any]) -> Iterator[Waiver]:
    """Waivers in overrides for stack tags. An exported state has no tags, so the audit does not apply
    them.
    """
    for policy, settings in config.items():
        if isinstance(settings, dict):
            for override in settings.get("overrides", []):
                yield from _waivers({policy: override.get("settings", {})})


def _waiver(policy: str, stated: Mapping[str, Any]) -> Waiver:
    return Waiver(
        policy,
        stated["owner"],
        stated["reason"],
        stated["scope"],
        stated["expires"],
        tuple(stated.get("logicalIds", ())),
    )


def _without_waivers(config: Any) -> Any:  # noqa: ANN401  # any JSON
    if isinstance(config, dict):
        return {name: _without_waivers(value) for name, value in config.items() if name != "waivers"}
    return [_without_waivers(one) for one in config] if isinstance(config, list) else config
