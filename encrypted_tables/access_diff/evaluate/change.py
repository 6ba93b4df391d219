"""What an update does to access: each change, and all of them."""

from dataclasses import dataclass
from enum import StrEnum

from encrypted_tables.access_diff.collect.access_model import TableId
from encrypted_tables.iam.actions import Access
from encrypted_tables.iam.answer import Answer
from encrypted_tables.iam.principals import Principal


class Verb(StrEnum):
    """What happens to a principal's access."""

    GAINS = "gains"
    LOSES = "loses"
    CHANGES = "changes"
    """The access stays, under other conditions."""
    CANNOT_TELL = "cannot tell"


class Verdict(StrEnum):
    """The whole diff in one word."""

    NO_CHANGE = "no change"
    CHANGES = "changes"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class Change:
    """One principal's access to one table, or to one key, and what happens to it."""

    principal: Principal
    verb: Verb
    access: Access
    table: TableId | None
    """None where the access is to the key itself."""
    key: str
    """The key's alias or name; what the table is encrypted with where that is no key of the stack."""
    tables: tuple[TableId, ...]
    """All tables that the key encrypts, before or after."""
    before: Answer
    after: Answer
    actions: tuple[str, ...] = ()
    """Which actions of administration."""
    reason: str = ""
    """What else than a policy is the cause: the table is created, deleted, or gets another key."""


@dataclass(frozen=True)
class Diff:
    """Who gains and who loses access."""

    changes: tuple[Change, ...]
    cannot_tell: tuple[str, ...]
    """What makes an answer impossible, in words."""
    notes: tuple[str, ...]
    """What to know beside the changes, in words."""

    @property
    def verdict(self) -> Verdict:
        """Whether anybody's access changes; what cannot be told is never called unchanged."""
        if self.cannot_tell or any(change.verb is Verb.CANNOT_TELL for change in self.changes):
            return Verdict.CANNOT_TELL
        return Verdict.CHANGES if self.changes else Verdict.NO_CHANGE

    @property
    def has_gains(self) -> bool:
        """Whether anybody gains access, or keeps it under other conditions."""
        return any(change.verb in {Verb.GAINS, Verb.CHANGES} for change in self.changes)
