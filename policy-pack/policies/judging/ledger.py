"""What a run of the pack remembers about single resources until the stack is complete."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from policies.judging.outcome import Outcome
from policies.judging.waivers import Waiver


@dataclass(frozen=True)
class Hidden:
    """A violation that a waiver hides; `logical_id` is set for a resource of a template."""

    policy: str
    urn: str
    logical_id: str
    message: str

    @property
    def place(self) -> str:
        """The resource, for messages."""
        return f"{self.urn}, {self.logical_id}" if self.logical_id else self.urn


@dataclass
class Ledger:
    """Pending outcomes by URN, the resources that each policy rejected, and waivers with what they hide.

    `lets_through`: outcomes that only AWS can decide pass with an advisory.

    The engine starts a process for each run, and sends all resources before it sends the stack. Each entry is
    a single assignment, so the SDK's threads need no lock.
    """

    pending: dict[str, Sequence[Outcome]] = field(default_factory=dict)
    refused: set[tuple[str, str]] = field(default_factory=set)
    lets_through: bool = False
    waivers: dict[str, tuple[Waiver, ...]] = field(default_factory=dict)
    used: set[tuple[str, Waiver]] = field(default_factory=set)
    hidden: set[tuple[Waiver, Hidden]] = field(default_factory=set)
