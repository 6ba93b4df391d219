"""Which key after an update stands for which before it."""

from collections.abc import Iterator

from encrypted_tables.access_diff.collect.access_model import AccessModel, Key


def matched_keys(before: AccessModel, after: AccessModel) -> Iterator[tuple[Key | None, Key | None]]:
    """The keys that are the same key, or take each other's place under one alias of one table."""
    by_arn = {key.arn: key for key in before.keys.values() if key.is_made}
    leaving = [key for urn, key in before.keys.items() if urn not in after.keys]
    taken = set()
    for key in after.keys.values():
        old = by_arn.get(key.arn) or before.keys.get(key.urn)
        old = old or next((one for one in leaving if follows(after, key, before, one)), None)
        if old:
            taken.add(old.urn)
        yield old, key
    for urn, key in before.keys.items():
        if urn not in taken:
            yield key, None


def follows(after: AccessModel, new: Key, before: AccessModel, old: Key) -> bool:
    """Whether the new key takes the place of the old one: the same alias, for one of the same tables."""
    encrypted = {table.id for table in before.tables_of(old)}
    return new.label == old.label and any(table.id in encrypted for table in after.tables_of(new))
