"""Evaluates what needs a key, and whether it can be deleted. Pure functions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import TypeVar

from encrypted_tables.keys.facts import ExportFacts, KeyFacts, Recovery, RegionFacts, TableFacts
from encrypted_tables.keys.history import Used, could_be_used_since, used_since
from encrypted_tables.verify.collect.observe import Unknown

Entry = TypeVar("Entry")


class Answer(Enum):
    """Whether a key can be deleted."""

    CAN_GO = "can go"
    NEEDED = "needed"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class Need:
    """Something that does not work without the key."""

    kind: str
    """table, backup, recovery point, vault, point-in-time recovery, export, grant, replica key, other use."""
    what: str
    """The thing that needs the key, by name."""


@dataclass(frozen=True)
class Verdict:
    """What needs a key, and what could not be read."""

    key: KeyFacts
    needs: tuple[Need, ...]
    unknown: tuple[str, ...]

    @property
    def answer(self) -> Answer:
        """The answer: one need is enough to keep a key. If there is none, everything must have been read."""
        if self.needs:
            return Answer.NEEDED
        return Answer.CANNOT_TELL if self.unknown else Answer.CAN_GO

    @property
    def is_endangered(self) -> bool:
        """Whether something needs the key although it is disabled or pending deletion."""
        return self.answer is Answer.NEEDED and self.key.state != "Enabled"


Finding = Need | str
"""A need, or the reason why it is unknown whether there is one."""


def judge(key: KeyFacts, region: RegionFacts) -> Verdict:
    """What needs the key."""
    findings = [
        *_tables(key, region),
        *_backups(key, region),
        *_vaults(key, region),
        *_history(key, region),
        *_grants(key, region),
        *(Need("replica key", f"multi-Region replica key {arn}") for arn in key.replica_keys),
        *_last_use(key),
    ]
    needs = tuple(dict.fromkeys(one for one in findings if isinstance(one, Need)))
    return Verdict(key, needs, tuple(dict.fromkeys(one for one in findings if isinstance(one, str))))


def asks_for_the_past(key: KeyFacts, region: RegionFacts) -> bool:
    """Whether a table with another key may have used this one at a time to which it can still be restored."""
    return any(could_be_used_since(key, past.since) for past in _pasts(key, region))


def _tables(key: KeyFacts, region: RegionFacts) -> Iterator[Finding]:
    for table in _known(region.tables):
        if isinstance(table, Unknown):
            yield table.words
        elif table.key_arn == key.arn:
            yield Need("table", f"table {table.name}")


def _backups(key: KeyFacts, region: RegionFacts) -> Iterator[Finding]:
    for kind, backups in (("backup", region.backups), ("recovery point", region.recovery_points)):
        for backup in _known(backups):
            if isinstance(backup, Unknown):
                yield backup.words
            elif isinstance(backup.key_arn, Unknown):
                yield f"{backup.label}: {backup.key_arn.words}"
            elif backup.key_arn == key.arn:
                yield Need(kind, backup.label)


def _vaults(key: KeyFacts, region: RegionFacts) -> Iterator[Finding]:
    if isinstance(region.vaults, Unknown):
        yield region.vaults.words
        return
    for name, arn in region.vaults.items():
        if arn == key.arn:
            yield Need("vault", f"backup vault {name}, which encrypts recovery points with it")


@dataclass(frozen=True)
class _Past:
    """An earlier time from which data of a table is still needed; the table now has another key."""

    table_name: str
    since: datetime
    kind: str
    what: str
    days: int | None = None


def _pasts(key: KeyFacts, region: RegionFacts) -> Iterator[_Past]:
    tables = {one.name: one for one in _known(region.tables) if isinstance(one, TableFacts)}
    for table in tables.values():
        if isinstance(table.recovery, Recovery) and table.key_arn != key.arn:
            what = f"point-in-time recovery of table {table.name}"
            since, days = table.recovery.since, table.recovery.days
            yield _Past(table.name, since, "point-in-time recovery", what, days)
    for export in _known(region.exports):
        current = tables.get(export.table_name) if isinstance(export, ExportFacts) else None
        if isinstance(export, ExportFacts) and (current is None or current.key_arn != key.arn):
            what = f"export {export.arn.rsplit('/', 1)[-1]} of table {export.table_name}"
            yield _Past(export.table_name, export.time, "export", what)


def _history(key: KeyFacts, region: RegionFacts) -> Iterator[Finding]:
    for table in _known(region.tables):
        if isinstance(table, TableFacts) and isinstance(table.recovery, Unknown):
            yield f"table {table.name}: {table.recovery.words}"
    yield from (one.words for one in _known(region.exports) if isinstance(one, Unknown))
    for past in _pasts(key, region):
        if not could_be_used_since(key, past.since):
            continue
        if not isinstance(region.key_changes, tuple):
            yield f"{past.what}: the table's key since {past.since:%Y-%m-%d} is unknown: " + (
                region.key_changes.words if region.key_changes else "CloudTrail was not read"
            )
            continue
        used = used_since(key, past.table_name, region.key_changes, past.since)
        if used and used.maybe:
            yield f"{past.what}: CloudTrail does not show the table's key before {used.until:%Y-%m-%d}"
        elif used:
            yield Need(past.kind, f"{past.what}{_until(used, past)}")


def _until(used: Used, past: _Past) -> str:
    if past.days is None or used.until is None:
        return ""
    return f", until {used.until + timedelta(days=past.days):%Y-%m-%d}"


def _grants(key: KeyFacts, region: RegionFacts) -> Iterator[Finding]:
    """Grants, except those of DynamoDB for a table that is already reported."""
    if isinstance(key.grants, Unknown):
        yield key.grants.words
        return
    tables = {
        one.name for one in _known(region.tables) if isinstance(one, TableFacts) and one.key_arn == key.arn
    }
    for grant in key.grants:
        if grant.is_for_dynamodb and grant.table_name in tables:
            continue
        limit = f" for table {grant.table_name}" if grant.table_name else ""
        yield Need("grant", f"grant {grant.grant_id} to {grant.grantee}{limit}")


def _last_use(key: KeyFacts) -> Iterator[Finding]:
    """The last use, if it was outside DynamoDB: other data may be encrypted with the key."""
    if isinstance(key.last_use, Unknown):
        yield key.last_use.words
    elif key.last_use and isinstance(key.last_use.is_explained, Unknown):
        yield f"what used the key last: {key.last_use.is_explained.words}"
    elif key.last_use and not key.last_use.is_explained:
        use = key.last_use
        yield Need("other use", f"{use.operation} outside DynamoDB on {use.time:%Y-%m-%d}")


def _known(entries: Iterable[Entry] | Unknown) -> Iterable[Entry | Unknown]:
    return (entries,) if isinstance(entries, Unknown) else entries
