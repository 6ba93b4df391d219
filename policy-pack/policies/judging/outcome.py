"""The result of a rule for a table, key or document: proven, disproved, or pending."""

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """The three values of an outcome. If a rule does not apply, there is no outcome."""

    PROVEN = "proven"
    PENDING = "pending"
    DISPROVED = "disproved"


@dataclass(frozen=True)
class Outcome:
    """A verdict and the reason for it.

    `message` says what is wrong, the value found and what to do; for a pending outcome, what is unknown.
    `property` is the deciding input, if any. For an outcome pending on a key, `region` is the Region that the
    key must be in, `only_listed` whether it must be in a list, and `only_key` whether only the key is
    unknown. With `only_aws`, the update cannot decide it either. `logical_id` is set for a resource of a
    template.
    """

    verdict: Verdict
    message: str = ""
    property: str = ""
    region: str | None = None
    only_listed: bool = False
    only_key: bool = False
    only_aws: bool = False
    logical_id: str = ""


PROVEN = Outcome(Verdict.PROVEN)


def disproved(message: str, property: str = "", *, logical_id: str = "") -> Outcome:  # noqa: A002  # Pulumi's own word for it
    """It violates the rule."""
    return Outcome(Verdict.DISPROVED, message, property, logical_id=logical_id)


def pending(
    message: str,
    property: str,  # noqa: A002  # Pulumi's own word for it
    region: str | None = None,
    *,
    only_listed: bool = False,
    only_key: bool = False,
    only_aws: bool = False,
) -> Outcome:
    """Whether it violates the rule depends on an unknown value."""
    return Outcome(Verdict.PENDING, message, property, region, only_listed, only_key, only_aws)
