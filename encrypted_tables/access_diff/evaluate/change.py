"""Changes of access by an update."""

from dataclasses import dataclass
from enum import StrEnum

from encrypted_tables.access_diff.collect.access_model import TableId
from encrypted_tables.iam.actions import Access
from encrypted_tables.iam.answer import Answer
from encrypted_tables.iam.copies import is_undocumented
from encrypted_tables.iam.principals import Principal


class Verb(StrEnum):
    """How a principal's access changes."""

    GAINS = "gains"
    LOSES = "loses"
    CHANGES = "changes"
    """It keeps the access under other conditions."""
    CANNOT_TELL = "cannot tell"


class Verdict(StrEnum):
    """The result of a diff."""

    NO_CHANGE = "no change"
    CHANGES = "changes"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class Change:
    """A change of one principal's access to one table or one key."""

    principal: Principal
    verb: Verb
    access: Access
    table: TableId | None
    """None for access to the key itself."""
    key: str
    """The key's alias or name; the kind of encryption for a table without a key of the stack."""
    tables: tuple[TableId, ...]
    """The tables that the key encrypts, before or after."""
    before: Answer
    after: Answer
    actions: tuple[str, ...] = ()
    """The IAM actions: for copies and administration, which change action by action."""
    reason: str = ""
    """A cause other than a policy: the table is created, deleted, or gets another key."""

    @property
    def is_unknown(self) -> bool:
        """Whether a fact is missing, other than one that AWS does not document."""
        return self.verb is Verb.CANNOT_TELL and not is_undocumented(self.after)

    @property
    def is_gain(self) -> bool:
        """Whether it gains access, keeps it under other conditions, or gains it as far as AWS documents."""
        return self.verb in {Verb.GAINS, Verb.CHANGES} or (
            self.verb is Verb.CANNOT_TELL and not self.is_unknown
        )


@dataclass(frozen=True)
class Diff:
    """Who gains and loses access."""

    changes: tuple[Change, ...]
    cannot_tell: tuple[str, ...]
    """Why some answers are unknown; each follows "Cannot tell" in a report."""
    notes: tuple[str, ...]
    """Further sentences for the reader."""

    @property
    def verdict(self) -> Verdict:
        """Whether any access changes. An unknown answer never counts as unchanged."""
        if self.cannot_tell or any(change.is_unknown for change in self.changes):
            return Verdict.CANNOT_TELL
        return Verdict.CHANGES if self.changes else Verdict.NO_CHANGE

    @property
    def has_gains(self) -> bool:
        """Whether any change is a gain."""
        return any(change.is_gain for change in self.changes)
