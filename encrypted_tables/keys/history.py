"""Finds out from CloudTrail's events whether a table had a key since a point in time. Pure functions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from encrypted_tables.keys.facts import KeyChange, KeyFacts, LastUse

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Used:
    """Whether a table had the key; `until` is the time of the change to another key."""

    until: datetime | None = None
    maybe: bool = False


def used_since(key: KeyFacts, table_name: str, changes: Iterable[KeyChange], since: datetime) -> Used | None:
    """Whether a table, which now has another key, had this key at or after a point in time.

    Args:
        key: the key.
        table_name: the table.
        changes: the calls that set the key of a table.
        since: the point in time.

    Returns:
        None if it did not.
    """
    own = sorted((one for one in changes if one.table_name == table_name), key=lambda one: one.time)
    before = [one for one in own if one.time < since]
    after = [one for one in own if one.time >= since]
    if not after:
        return None
    spans = [*before[-1:], *after]
    for one, following in reversed(list(zip(spans, [*spans[1:], None], strict=True))):
        if one.key is not None and following is not None:
            if _names(one.key, key):
                return Used(following.time)
            if "alias/" in one.key and key.created < following.time <= _last_possible_use(key):
                return Used(following.time, maybe=True)
    first = after[0]
    is_known = bool(before) or first.is_creation
    if is_known or not key.created < first.time <= _last_possible_use(key):
        return None
    return Used(first.time, maybe=True)


def could_be_used_since(key: KeyFacts, since: datetime) -> bool:
    """Whether anything may have used the key at or after a point in time, from the last use that KMS
    recorded.
    """
    return _last_possible_use(key) >= since


def _names(reference: str, key: KeyFacts) -> bool:
    return reference in (key.arn, key.key_id)


def _last_possible_use(key: KeyFacts) -> datetime:
    if isinstance(key.last_use, LastUse):
        return key.last_use.time
    if key.last_use is None and key.tracked_since is not None:
        return key.tracked_since if key.created < key.tracked_since else NEVER
    return datetime.max.replace(tzinfo=UTC)
