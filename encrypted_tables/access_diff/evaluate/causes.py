"""Causes of a change in access other than policies: a table or key that comes, goes or is replaced."""

from encrypted_tables.access_diff.collect.access_model import Key, Table


def cause_at_table(old: Table | None, new: Table | None) -> str:
    """What happens to a table or its encryption; empty if nothing."""
    if old is None:
        return "the table is new"
    if new is None:
        return "the table is deleted"
    if old.key.kind is not new.key.kind:
        return f"its encryption changes from {old.key.kind} to {new.key.kind}"
    if new.key.key and new.key.key.is_going:
        return "its key is scheduled for deletion"
    if _identity(old.key.key) != _identity(new.key.key):
        names = old.key.label, new.key.label
        same = f"it gets another key under the same alias, {names[0]}"
        return same if names[0] == names[1] else f"its key changes from {names[0]} to {names[1]}"
    return ""


def cause_at_key(old: Key | None, new: Key | None) -> str:
    """What happens to a key; empty if nothing."""
    if old and new:
        return ""
    return "the key is new" if new else "the key leaves"


def _identity(key: Key | None) -> str | None:
    if key is None:
        return None
    return key.arn if key.exists else key.urn
