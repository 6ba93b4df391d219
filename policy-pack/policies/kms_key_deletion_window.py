"""A deleted key can be recovered for long enough. Data encrypted with a deleted key is lost.

https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
"""

from collections.abc import Sequence

from pulumi_policy import EnforcementLevel, Severity

from policies.declared.keys import KEY_TYPES, Key, declared_keys
from policies.declared.resource import Resource
from policies.declared.values import UNKNOWN, in_sentence, shown
from policies.judging.branches import in_every_branch
from policies.judging.outcome import PROVEN, Outcome, disproved, pending
from policies.judging.rule import ResourceRule, Settings

PROPERTY = "deletionWindowInDays"


def check(resource: Resource, settings: Settings) -> Sequence[Outcome]:
    """One outcome for each key; AWS's default is 30 days."""
    return in_every_branch(declared_keys(resource), lambda key: [_outcome(key, settings["minimumDays"])])


def _outcome(key: Key, minimum: float) -> Outcome:
    days = key.deletion_window
    if days is None:
        return PROVEN
    if days is UNKNOWN:
        return pending(f"The deletion window of {in_sentence(key.place)} is unknown", PROPERTY)
    if _number(days) >= minimum:
        return PROVEN
    return disproved(
        f"{key.place} has a deletion window of {shown(_whole(days))} days. Set it to {minimum:g} or more.",
        PROPERTY,
    )


def _number(value: object) -> float:
    """The value as a number; 0 if it is not a number."""
    try:
        return float(value) if isinstance(value, (int, float, str)) else 0
    except ValueError:
        return 0


RULE = ResourceRule(
    name="kms-key-deletion-window",
    description="A deleted KMS key can be recovered for as long as AWS allows.",
    level=EnforcementLevel.ADVISORY,
    severity=Severity.MEDIUM,
    remediation="Remove deletionWindowInDays, or raise it.",
    url="https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys-scheduling-key-deletion.html",
    settings={
        "minimumDays": {
            "type": "number",
            "minimum": 7,
            "maximum": 30,
            "default": 30,
            "description": "The shortest deletion window that is accepted, in days.",
        }
    },
    types=KEY_TYPES,
    check=check,
)


def _whole(value: object) -> object:
    """Show whole numbers without a fraction; the engine sends them as 7.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
