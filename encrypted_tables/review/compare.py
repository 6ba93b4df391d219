"""Compares two evidence folders: which access is new, gone or changed. Pure functions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from encrypted_tables.errors import UserError
from encrypted_tables.review.evidence import Access, Evidence, Key, Right


class Change(StrEnum):
    """The change of one principal's access to one table."""

    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"
    CANNOT_TELL = "cannot tell"
    """There was access, but the newer run could not check it."""
    SAME = "same"


@dataclass(frozen=True)
class Row:
    """One principal and one table, in both runs."""

    change: Change
    table: str
    region: str
    principal: str
    old: Access
    new: Access

    @property
    def is_never_proven(self) -> bool:
        """Whether it has, or may have, access to items that neither run proved."""
        shown = self.old if self.change is Change.CANNOT_TELL else self.new
        return shown.has_items and not (self.old.is_proven or self.new.is_proven)


@dataclass(frozen=True)
class Review:
    """Everyone with access in either run, changes first."""

    old: Evidence
    new: Evidence
    rows: tuple[Row, ...]

    @property
    def changed(self) -> list[Row]:
        """The rows with a change."""
        return [row for row in self.rows if row.change is not Change.SAME]

    @property
    def never_proven(self) -> list[Row]:
        """The rows that neither run has proven."""
        return [row for row in self.rows if row.is_never_proven]

    @property
    def exit_status(self) -> int:
        """0: all the same; 1: new, changed or gone; 2: only rows that are "cannot tell"."""
        found = {row.change for row in self.changed}
        return 1 if found - {Change.CANNOT_TELL} else 2 if found else 0


def compare(old: Evidence, new: Evidence) -> Review:
    """Compare two runs of verify.

    Raises:
        UserError: they are about different accounts, endpoints or stacks, or in the wrong order.
    """
    for fault in _faults(old, new):
        raise UserError(f"{old.folder} and {new.folder} cannot be compared: {fault}.")
    none = Access("")
    keys = {**old.access, **new.access}
    rows = (
        _row(key, old.access.get(key, none), new.access.get(key, none), can_tell=_looked_at(new, key))
        for key in keys
    )
    shown = (row for row in rows if row.old.is_open or row.new.is_open or row.change is not Change.SAME)
    order = list(Change)
    return Review(
        old,
        new,
        tuple(sorted(shown, key=lambda one: (order.index(one.change), one.table, one.region, one.principal))),
    )


def _faults(old: Evidence, new: Evidence) -> Iterable[str]:
    before, after = old.subject, new.subject
    for name in ("account", "partition", "stack"):
        if getattr(before, name) != getattr(after, name):
            values = f"{getattr(before, name)} and {getattr(after, name)}"
            yield f"their {name} differs: {values}"
    if before.is_aws != after.is_aws:
        yield f"one is from {before.endpoint}, the other from {after.endpoint}"
    if datetime.fromisoformat(before.started) > datetime.fromisoformat(after.started):
        yield f"the second is older ({after.started}); give the older one first"


def _looked_at(new: Evidence, key: Key) -> bool:
    """Whether a principal that is missing in the newer run has no access."""
    return (key.table, key.region) in new.tables and new.account_read


def _row(key: Key, old: Access, new: Access, *, can_tell: bool) -> Row:
    principal = new.principal or old.principal
    return Row(_change(old, new, can_tell=can_tell), key.table, key.region, principal, old, new)


def _change(old: Access, new: Access, *, can_tell: bool) -> Change:
    if not new.principal and not can_tell:
        return Change.CANNOT_TELL if old.is_open else Change.SAME
    if new.is_open and not old.is_open:
        return Change.NEW
    if old.is_open and not new.is_open:
        return Change.GONE
    rights = zip(old.rights.values(), new.rights.values(), strict=True)
    # A run with --read-only does not try writes; that is not a change of access.
    differs = any(before != after and Right.NOT_TRIED not in {before, after} for before, after in rights)
    return Change.CHANGED if differs or old.roles != new.roles else Change.SAME
