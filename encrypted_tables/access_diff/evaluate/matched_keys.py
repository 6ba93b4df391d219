"""Matches the keys before an update with those after it."""

from collections.abc import Iterator

from encrypted_tables.access_diff.collect.access_model import AccessModel, Key


def matched_keys(before: AccessModel, after: AccessModel) -> Iterator[tuple[Key | None, Key | None]]:
    """Each key with itself, or with the one that replaces it under the same alias for the same table."""
    by_arn = {key.arn: key for key in before.keys.values() if key.exists}
    leaving = [key for urn, key in before.keys.items() if urn not in after.keys]
    matched = set()
    for key in after.keys.values():
        old = by_arn.get(key.arn) or before.keys.get(key.urn)
        old = old or next((one for one in leaving if replaces(after, key, before, one)), None)
        if old:
            matched.add(old.urn)
        yield old, key
    for urn, key in before.keys.items():
        if urn not in matched:
            yield key, None


def replaces(after: AccessModel, new: Key, before: AccessModel, old: Key) -> bool:
    """Whether the new key replaces the old one: it has the same alias and encrypts one of its tables."""
    encrypted = {table.id for table in before.tables_of(old)}
    return new.label == old.label and any(table.id in encrypted for table in after.tables_of(new))
