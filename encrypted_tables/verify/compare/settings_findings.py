"""Findings on a table's settings: its key, its replicas and its backups."""

from collections.abc import Iterable, Iterator
from typing import TypeGuard

from encrypted_tables.verify.collect.inventory import Place
from encrypted_tables.verify.collect.observe import Key, Table, Unknown, is_aws_managed_alias
from encrypted_tables.verify.compare.finding_writer import Writer
from encrypted_tables.verify.compare.findings import Finding, Severity
from encrypted_tables.verify.compare.policy_findings import (
    grant_findings,
    key_policy_findings,
    table_policy_findings,
)

_INACCESSIBLE = {"INACCESSIBLE_ENCRYPTION_CREDENTIALS", "ARCHIVING", "ARCHIVED"}
_MISSING_CODES = {"ResourceNotFoundException", "NotFoundException"}


def settings_findings(places: Iterable[Place]) -> list[Finding]:
    """The findings on the settings of all places."""
    every = list(places)
    homes = {(place.name, place.home_region): place for place in every if not place.is_replica}
    found: list[Finding] = []
    for place in every:
        found += _table_findings(place, homes[place.name, place.home_region])
        if isinstance(place.key, Key):
            sharing = [other for other in every if other.key == place.key]
            found += _key_findings(place, place.key)
            if place.key.manager == "CUSTOMER":
                found += key_policy_findings(place, place.key, sharing)
                found += grant_findings(place, place.key, sharing)
    return found


def _table_findings(place: Place, home: Place) -> Iterator[Finding]:
    finding = Writer(place)
    table = place.table
    if isinstance(table, Unknown):
        yield _unreadable_table(finding, table)
        return
    if table.status in _INACCESSIBLE:
        text = f"the table is {table.status}: DynamoDB cannot use its key."
        yield finding("table-inaccessible", text, "Enable the key, or restore the grant of DynamoDB.")
    if isinstance(place.key, Unknown):
        yield _unreadable_key(finding, place.key, table)
    elif place.key_kind != "customer managed key":
        text = f"the table is encrypted with an {place.key_kind}, not a customer managed key."
        yield finding("not-customer-managed-key", text, "Set a customer managed key by its ARN.")
    if place.is_replica:
        yield from _replica_findings(finding, home)
    if table.encryption_status == "UPDATING":
        text = "the table is changing to another key."
        todo = "Keep the old key enabled until the status is ENABLED."
        yield finding("encryption-updating", text, todo, severity=Severity.NOTE)
    if place.declared_key_arn and table.key_arn != place.declared_key_arn:
        text = (
            f"the table is encrypted with {table.key_arn or 'an AWS owned key'}, not with the declared key "
            f"{place.declared_key_arn}."
        )
        yield finding("other-key", text, "Run `pulumi up --refresh`.")
    yield from table_policy_findings(place, table)
    yield from _backup_findings(place, table)


def _replica_findings(finding: Writer, home: Place) -> Iterator[Finding]:
    place = finding.place
    if place.declared and place.region not in place.declared.replicas:
        text = "the table has a replica in this Region, which the stack does not declare."
        todo = "Run `pulumi up --refresh` to remove it, or declare it."
        yield finding("undeclared-replica", text, todo)
    if place.key_kind and home.key_kind and place.key_kind != home.key_kind:
        text = f"the replica has {_a(place.key_kind)}, the table in {home.region} has {_a(home.key_kind)}."
        yield finding("replica-key-kind", text, "Give the replica a key of the same kind in its own Region.")


def _a(kind: str) -> str:
    return f"an {kind}" if kind.startswith("AWS") else f"a {kind}"


def _unreadable_table(finding: Writer, table: Unknown) -> Finding:
    if table.code not in _MISSING_CODES:
        return finding.unreadable(table)
    if finding.place.declared:
        return finding("table-missing", "the table does not exist.", "Run `pulumi up --refresh`.")
    text, todo = "the table does not exist.", "Check its name, the Region and the account."
    return finding("table-missing", text, todo, severity=Severity.UNKNOWN)


def _unreadable_key(finding: Writer, key: Unknown, table: Table) -> Finding:
    if key.code in _MISSING_CODES:
        text = f"the table's key {table.key_arn} does not exist."
        return finding("key-missing", text, "Restore the table from a backup made with another key.")
    return finding.unreadable(key)


def _key_findings(place: Place, key: Key) -> Iterator[Finding]:
    finding = Writer(place)
    if key.state in {"PendingDeletion", "PendingReplicaDeletion"}:
        text = f"the key {key.arn} will be deleted on {key.deletion_date or 'a date not set yet'}."
        yield finding("key-pending-deletion", text, "Run `aws kms cancel-key-deletion`, then enable the key.")
    elif key.state != "Enabled":
        yield finding("key-not-enabled", f"the key {key.arn} is {key.state}.", "Enable the key.")
    for unknown in (key.aliases, key.rotation, key.policy, key.grants):
        if isinstance(unknown, Unknown) and key.manager == "CUSTOMER":
            yield finding.unreadable(unknown)
    if key.rotation is None:
        text = f"AWS cannot rotate the key {key.arn}: its kind has no automatic rotation."
        yield finding("rotation-not-available", text, "Rotate it manually.", severity=Severity.NOTE)
    elif not isinstance(key.rotation, Unknown) and not key.rotation.enabled and key.state == "Enabled":
        yield finding(
            "rotation-off", f"automatic rotation of the key {key.arn} is off.", "Enable automatic rotation."
        )
    alias = place.declared.key_alias if place.declared and not place.is_replica else None
    if alias and not isinstance(key.aliases, Unknown):
        full = alias if alias.startswith("alias/") else f"alias/{alias}"
        if full not in key.aliases:
            actual = ", ".join(key.aliases) or "none"
            text = f"the declared alias {full} does not point to the table's key, which has: {actual}."
            yield finding("alias-elsewhere", text, "Run `pulumi up --refresh`.")


def _backup_findings(place: Place, table: Table) -> Iterator[Finding]:
    finding = Writer(place)
    if isinstance(table.backups, Unknown):
        yield finding.unreadable(table.backups)
        return
    for backup in table.backups:
        if isinstance(backup.key_arn, Unknown):
            yield finding.unreadable(backup.key_arn)
        elif _is_old_customer_key(backup.key_arn, table):
            yield _old_key_finding(finding, backup.name, backup.key_arn)


def _is_old_customer_key(key_arn: str | None, table: Table) -> TypeGuard[str]:
    return key_arn is not None and key_arn != table.key_arn and not is_aws_managed_alias(key_arn)


def _old_key_finding(finding: Writer, backup: str, key_arn: str) -> Finding:
    key = finding.place.backup_key(key_arn)
    if isinstance(key, Unknown) and key.code in _MISSING_CODES:
        text = f"backup {backup} needs the old key {key_arn}, which no longer exists."
        return finding("backup-lost", text, "Delete the backup: it cannot be restored.")
    state = key.state if isinstance(key, Key) else None
    severity = {None: Severity.UNKNOWN, "Enabled": Severity.NOTE}.get(state, Severity.DIFFERS)
    text = f"backup {backup} needs the old key {key_arn}, which is {state or 'not readable'}."
    todo = "Keep that key enabled while the backup is needed."
    return finding("old-key-needed-by-backup", text, todo, severity=severity)
