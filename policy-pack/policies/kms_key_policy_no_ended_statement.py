"""No key policy keeps a statement whose time is over.

A statement that allows until a date gives no access after it. It stays in the policy, takes some of its
32,768 bytes, and gives access again if somebody changes the date alone.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Date
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from pulumi_policy import EnforcementLevel, Severity

from policies.declared.documents import Condition, Statement, is_hidden
from policies.declared.keys import KEY_POLICY_TYPES, declared_key_policies
from policies.declared.resource import Resource
from policies.declared.values import Value
from policies.judging.branches import in_every_branch
from policies.judging.documents import HiddenError, document_outcome
from policies.judging.outcome import Outcome
from policies.judging.rule import ResourceRule, Settings

ENDS = ("datelessthan", "datelessthanequals")
NOW = ("aws:currenttime", "aws:epochtime")


def check(resource: Resource, _: Settings) -> Sequence[Outcome]:
    """One outcome for each key policy."""
    now = datetime.now(UTC)
    return in_every_branch(
        declared_key_policies(resource),
        lambda one: [document_outcome(one.place, one.property, one.policy, lambda found: fault(found, now))],
    )


def fault(statements: Sequence[Statement], now: datetime) -> str | None:
    """Which statement allowed until a time before `now`."""
    ends = [
        (one, condition)
        for one in statements
        if one.allows
        for condition in one.conditions
        if _ends(condition)
    ]
    for one, condition in ends:
        times = [_time(value) for value in condition.values]
        known = [time for time in times if time]
        if times and len(known) == len(times) and max(known) < now:
            until = max(known).isoformat().replace("+00:00", "Z")
            return f"still has a statement that allowed access until {until} ({one.label}). Remove it."
    if any(is_hidden(value) for _, condition in ends for value in condition.values):
        raise HiddenError
    return None


def _ends(condition: Condition) -> bool:
    return condition.operator.removesuffix("ifexists") in ENDS and condition.key in NOW


def _time(value: Value) -> datetime | None:
    """A date, a time or the seconds since 1970; None for anything else."""
    text = str(value)
    try:
        if text.isdecimal() and len(text) > len("2026"):
            return datetime.fromtimestamp(int(text), UTC)
        time = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


RULE = ResourceRule(
    name="kms-key-policy-no-ended-statement",
    description="Key policies have no statement whose time is over.",
    level=EnforcementLevel.ADVISORY,
    severity=Severity.LOW,
    remediation="Remove the statement. If an EncryptedTable has the key, remove the entry of `keyUsers` with "
    "this `until`.",
    url="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Date",
    types=KEY_POLICY_TYPES,
    check=check,
)
