"""Waivers are valid, needed and not about to expire.

When a waiver expires, its policy reports the violation again. This policy reports waivers shortly before
that, and waivers of this stack that are no longer needed.
"""

from collections.abc import Iterator, Mapping, Sequence

from pulumi_policy import EnforcementLevel, Severity

from policies.judging.outcome import Outcome, disproved
from policies.judging.rule import Settings, StackRule
from policies.judging.stack import Stack
from policies.judging.waivers import Waiver


def check(stack: Stack, settings: Settings) -> Mapping[str, Sequence[Outcome]]:
    """Disproved for the stack, once for each fault of a waiver."""
    faults = [
        disproved(f"In {policy}, the {waiver.shown} {fault}.")
        for policy, waivers in stack.ledger.waivers.items()
        for waiver in waivers
        for fault in _faults(policy, waiver, stack, settings["daysOfNotice"])
    ]
    return {stack.urn: faults}


def _faults(policy: str, waiver: Waiver, stack: Stack, days_of_notice: float) -> Iterator[str]:
    used = (policy, waiver) in stack.ledger.used
    fault = waiver.fault(stack.today)
    if fault and not waiver.has_expired(stack.today):
        yield f"{fault}. Correct it"
    elif used and not fault and waiver.expires and (waiver.expires - stack.today).days < days_of_notice:
        yield f"ends after {waiver.expires.isoformat()}. Correct the resource, or renew the waiver"
    if not used and stack.prefix and waiver.scope.startswith(stack.prefix):
        yield "is for this stack, but is not needed. Remove it"


RULE = StackRule(
    name="waivers-current",
    description="Waivers are valid, needed and not about to expire.",
    level=EnforcementLevel.ADVISORY,
    severity=Severity.LOW,
    remediation="In the pack's config, renew waivers in time and remove those that are not needed.",
    url="https://www.pulumi.com/docs/insights/policy/policy-packs/authoring/",
    settings={
        "daysOfNotice": {
            "type": "number",
            "minimum": 0,
            "default": 30,
            "description": "How many days before its end a waiver is reported.",
        }
    },
    check=check,
)
