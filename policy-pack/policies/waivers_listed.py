"""Lists and counts the violations that waivers hide."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from pulumi_policy import EnforcementLevel, Severity

from policies.judging.ledger import Hidden
from policies.judging.outcome import Outcome, disproved
from policies.judging.rule import Settings, StackRule
from policies.judging.stack import Stack
from policies.judging.waivers import Waiver


def check(stack: Stack, _: Settings) -> Mapping[str, Sequence[Outcome]]:
    """Disproved for the stack, once for each waiver that hides a violation."""
    by_waiver: dict[tuple[str, Waiver], list[Hidden]] = defaultdict(list)
    for waiver, hidden in stack.ledger.hidden:
        by_waiver[hidden.policy, waiver].append(hidden)
    messages = [_message(policy, waiver, hidden) for (policy, waiver), hidden in by_waiver.items()]
    return {stack.urn: [disproved(message) for message in sorted(messages)]}


def _message(policy: str, waiver: Waiver, hidden: Sequence[Hidden]) -> str:
    violations = "1 violation" if len(hidden) == 1 else f"{len(hidden)} violations"
    places = "; ".join(sorted({one.place for one in hidden}))
    until = waiver.expires.isoformat() if waiver.expires else ""
    return f"In {policy}, the {waiver.shown} hides {violations} until {until}: {places}."


RULE = StackRule(
    name="waivers-listed",
    description="Violations that waivers hide are listed.",
    level=EnforcementLevel.ADVISORY,
    severity=Severity.LOW,
    remediation="Correct the resource, or renew the waiver, before the waiver expires.",
    url="https://www.pulumi.com/docs/insights/policy/policy-packs/authoring/",
    check=check,
)
