"""Waivers are needed, valid and not about to end.

A waiver that has expired waives nothing: its rule reports the violation again. This policy tells
beforehand, and tells of waivers for this stack that nothing needs any more.
"""

from collections.abc import Iterator, Mapping, Sequence

from pulumi_policy import EnforcementLevel, Severity

from policies.judging.outcome import Outcome, disproved
from policies.judging.rule import Settings, StackRule
from policies.judging.stack import Stack
from policies.judging.waivers import Waiver


def check(stack: Stack, settings: Settings) -> Mapping[str, Sequence[Outcome]]:
    """Disproved for the stack, once for each waiver with a fault."""
    if not stack.urns:
        return {}
    prefix = "::".join(stack.urns[0].split("::")[:2]) + "::"
    faults = [
        disproved(f"In {policy}, the {waiver.shown} {fault}.")
        for policy, waivers in stack.ledger.waivers.items()
        for waiver in waivers
        for fault in _faults(policy, waiver, prefix, stack, settings["daysOfNotice"])
    ]
    return {stack.urns[0]: faults}


def _faults(policy: str, waiver: Waiver, prefix: str, stack: Stack, days_of_notice: float) -> Iterator[str]:
    used = (policy, waiver) in stack.ledger.used
    if waiver.expires is None:
        yield "has no valid date of expiry, so it waives nothing. Write it as YYYY-MM-DD"
    elif used and 0 <= (waiver.expires - stack.today).days < days_of_notice:
        yield f"ends after {waiver.expires.isoformat()}. Mend the resource, or have the waiver renewed"
    if not used and waiver.scope.startswith(prefix):
        yield "is for this stack, and nothing here needs it. Remove it"


RULE = StackRule(
    name="waivers-current",
    description="Waivers are needed, valid and not about to end.",
    level=EnforcementLevel.ADVISORY,
    severity=Severity.LOW,
    remediation="Renew waivers in time, and remove those that nothing needs, in the pack's config.",
    url="https://www.pulumi.com/docs/insights/policy/policy-packs/authoring/",
    settings={
        "daysOfNotice": {
            "type": "number",
            "minimum": 0,
            "default": 30,
            "description": "How many days before it ends a waiver is told of.",
        }
    },
    check=check,
)
