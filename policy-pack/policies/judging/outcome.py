"""What a rule finds about one table, key or document: proven, disproved, or pending."""

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """The three values of an outcome. There is no outcome where a rule does not apply."""

    PROVEN = "proven"
    PENDING = "pending"
    DISPROVED = "disproved"


@dataclass(frozen=True)
class Outcome:
    """A verdict and the reason for it.

    `message` says what is wrong, the value found and what to do; for a pending outcome what is
    unknown. `property` is the input that decides it, when one does. Where it waits for a key, `region`
    is the Region that the key must be of, `only_listed` whether it must be one of a list, and
    `only_key` whether the key is all that is unknown. With `only_aws`, the update does not decide it
    either. `logical_id` is that of the template's resource, where the thing is one.
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
    """The thing breaks the rule."""
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
    """Whether the thing keeps the rule depends on an unknown value."""
    return Outcome(Verdict.PENDING, message, property, region, only_listed, only_key, only_aws)
