"""Findings on a table's settings: its key, the key's policy and grants, replicas and backups."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeGuard

from verify.arns import ACCOUNT_ID, account_of, is_orphaned_id, is_root, same_principal
from verify.findings import Finding, Severity
from verify.inventory import Place
from verify.key_policy import allowed_principals, has_open_allow
from verify.observe import Key, Table, Unknown, is_aws_managed_alias

_INACCESSIBLE = {"INACCESSIBLE_ENCRYPTION_CREDENTIALS", "ARCHIVING", "ARCHIVED"}
_MISSING_CODES = {"ResourceNotFoundException", "NotFoundException"}


@dataclass(frozen=True)
class _Writer:
    place: Place

    def __call__(
        self,
        kind: str,
        text: str,
        todo: str,
        *,
        severity: Severity = Severity.DIFFERS,
        principal: str | None = None,
    ) -> Finding:
        return Finding(kind, severity, self.place.name, self.place.region, text, todo, principal)

    def unreadable(self, unknown: Unknown) -> Finding:
        text = f"{unknown.call} gave no answer: {unknown.code}: {unknown.reason}"
        return self(
            "could-not-read",
            text,
            "Allow the verifier this call and verify again.",
            severity=Severity.UNKNOWN,
        )


def settings_findings(places: Iterable[Place]) -> list[Finding]:
    """Every difference between the declared and the actual settings of the places."""
    every = list(places)
    homes = {(place.name, place.home_region): place for place in every if not place.is_replica}
    found: list[Finding] = []
    for place in every:
        found += _table_findings(place, homes[place.name, place.home_region])
        if isinstance(place.key, Key):
            sharing = [other for other in every if other.key == place.key]
            found += _key_findings(place, place.key)
            if place.key.manager == "CUSTOMER":
                found += _policy_findings(place, place.key, sharing)
                found += _grant_findings(place, place.key, sharing)
    return found


def _table_findings(place: Place, home: Place) -> Iterator[Finding]:
    finding = _Writer(place)
    table = place.table
    if isinstance(table, Unknown):
        if table.code in _MISSING_CODES:
            yield finding("table-missing", "the table does not exist.", "Run `pulumi up --refresh`.")
        else:
            yield finding.unreadable(table)
        return
    if table.status in _INACCESSIBLE:
        text = f"the table is {table.status}: DynamoDB has lost the use of its key."
        yield finding("table-inaccessible", text, "Enable the key or give DynamoDB its grant back.")
    if isinstance(place.key, Unknown):
        yield _unreadable_key(finding, place.key, table)
    elif place.key_kind != "customer managed key":
        text = f"the table is encrypted with an {place.key_kind}, not with a customer managed key."
        yield finding("not-customer-managed-key", text, "Encrypt it with a customer managed key, by ARN.")
    if place.is_replica and None not in {place.key_kind, home.key_kind} and place.key_kind != home.key_kind:
        text = f"the replica has an {place.key_kind}, the table in {home.region} a {home.key_kind}."
        yield finding("replica-key-kind", text, "Give the replica a key of the same kind in its own Region.")
    if table.encryption_status == "UPDATING":
        text = "the table is being encrypted with another key."
        todo = "Keep the old key enabled until the status is ENABLED."
        yield finding("encryption-updating", text, todo, severity=Severity.NOTE)
    if place.declared_key_arn and table.key_arn != place.declared_key_arn:
        text = (
            f"the table's key is {table.key_arn or 'an AWS owned key'}, declared is {place.declared_key_arn}."
        )
        yield finding("other-key", text, "Run `pulumi up --refresh`.")
    yield from _backup_findings(place, table)


def _unreadable_key(finding: _Writer, key: Unknown, table: Table) -> Finding:
    if key.code in _MISSING_CODES:
        text = f"the table's key {table.key_arn} does not exist."
        return finding("key-missing", text, "Restore the table from a backup made with another key.")
    return finding.unreadable(key)


def _key_findings(place: Place, key: Key) -> Iterator[Finding]:
    finding = _Writer(place)
    if key.state in {"PendingDeletion", "PendingReplicaDeletion"}:
        text = f"the key {key.arn} is to be deleted on {key.deletion_date or 'a date not set yet'}."
        yield finding("key-pending-deletion", text, "Run `aws kms cancel-key-deletion` and enable the key.")
    elif key.state != "Enabled":
        yield finding("key-not-enabled", f"the key {key.arn} is {key.state}.", "Enable the key.")
    for unknown in (key.aliases, key.rotation, key.policy, key.grants):
        if isinstance(unknown, Unknown) and key.manager == "CUSTOMER":
            yield finding.unreadable(unknown)
    if key.rotation is None:
        text = f"the key {key.arn} is of a kind that AWS cannot rotate."
        yield finding("rotation-not-available", text, "Rotate its material by hand.", severity=Severity.NOTE)
    elif not isinstance(key.rotation, Unknown) and not key.rotation.enabled and key.state == "Enabled":
        yield finding("rotation-off", f"the key {key.arn} is not rotated.", "Enable automatic rotation.")
    alias = place.declared.key_alias if place.declared and not place.is_replica else None
    if alias and not isinstance(key.aliases, Unknown):
        full = alias if alias.startswith("alias/") else f"alias/{alias}"
        if full not in key.aliases:
            actual = ", ".join(key.aliases) or "none"
            text = f"the declared alias {full} does not point to the table's key; its aliases: {actual}."
            yield finding("alias-elsewhere", text, "Run `pulumi up --refresh`.")


def _policy_findings(place: Place, key: Key, sharing: list[Place]) -> Iterator[Finding]:
    if isinstance(key.policy, Unknown):
        return
    finding = _Writer(place)
    document = json.loads(key.policy)
    for principal in allowed_principals(document):
        if is_orphaned_id(principal):
            text = f"the key policy names {principal}, the id of a deleted user or role."
            todo = "Take it out of the key policy: the next change of the policy fails with it."
            yield finding("orphaned-principal", text, todo, principal=principal)
        elif place.declared and not _is_declared(principal, key, sharing):
            text = f"the key policy names {principal}, which the stack does not declare."
            todo = "Run `pulumi up --refresh` to take it out, or declare it."
            yield finding("undeclared-principal", text, todo, principal=principal)
    if has_open_allow(document):
        text = "the key policy allows by NotPrincipal: everyone whom it does not name."
        yield finding("undeclared-principal", text, "Name the principals that are meant.", principal="*")


def _is_declared(principal: str, key: Key, sharing: list[Place]) -> bool:
    account = principal if ACCOUNT_ID.fullmatch(principal) else account_of(principal)
    is_whole_account = principal == account or is_root(principal)
    if is_whole_account and account == key.account:
        return True  # AWS's own statement that keeps the key manageable
    declared = [entry.principal for place in sharing if place.declared for entry in place.declared.access]
    if is_whole_account:
        return any(one == account or (is_root(one) and account_of(one) == account) for one in declared)
    return any(same_principal(principal, one) for one in declared)


def _grant_findings(place: Place, key: Key, sharing: list[Place]) -> Iterator[Finding]:
    if isinstance(key.grants, Unknown):
        return
    finding = _Writer(place)
    names = {other.name for other in sharing}
    for grant in key.grants:
        operations = ", ".join(grant.operations)
        if not grant.is_for_dynamodb:
            text = f"grant {grant.grant_id} gives {grant.grantee} {operations} on the key."
            declared = _is_declared(grant.grantee, key, sharing)
            yield finding(
                "grant-to-declared-principal" if declared else "undeclared-grant",
                text,
                "Revoke the grant if nobody needs it.",
                severity=Severity.NOTE if declared else Severity.DIFFERS,
                principal=grant.grantee,
            )
        elif place.declared and grant.table_name is not None and grant.table_name not in names:
            text = f"the key also serves the table {grant.table_name}, which is not among those verified."
            todo = "Verify that table too, or give it a key of its own."
            yield finding("key-serves-other-table", text, todo, severity=Severity.NOTE)
    if not any(grant.is_for_dynamodb and grant.table_name in {None, place.name} for grant in key.grants):
        text = "DynamoDB holds no grant on the key for this table, and will lose the use of it."
        yield finding("service-grant-missing", text, "Change the table to another key and back.")


def _backup_findings(place: Place, table: Table) -> Iterator[Finding]:
    finding = _Writer(place)
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


def _old_key_finding(finding: _Writer, backup: str, key_arn: str) -> Finding:
    readable = (key for key in finding.place.backup_keys if isinstance(key, Key))
    state = next((key.state for key in readable if key.arn == key_arn), None)
    severity = {None: Severity.UNKNOWN, "Enabled": Severity.NOTE}.get(state, Severity.DIFFERS)
    text = f"backup {backup} needs the old key {key_arn}, which is {state or 'not readable'}."
    todo = "Keep that key enabled for as long as the backup is needed."
    return finding("old-key-needed-by-backup", text, todo, severity=severity)
