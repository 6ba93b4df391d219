"""The declared access that applies now, for the users and roles of an account. Pure functions."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from encrypted_tables.verify.collect.account import Account
from encrypted_tables.verify.collect.declared import DeclaredAccess, DeclaredTable
from encrypted_tables.verify.collect.inventory import Place
from encrypted_tables.verify.collect.observe import Unknown
from encrypted_tables.verify.compare.finding_writer import Writer
from encrypted_tables.verify.compare.findings import Finding, Severity

KEY_CACHE = timedelta(minutes=5)
"""How long DynamoDB uses a cached table key after the caller's access to the KMS key has ended."""


def in_force(declared: DeclaredTable, account: Account | Unknown, now: datetime) -> DeclaredTable:
    """The declaration with permission sets replaced by their roles, and without access that has ended.

    Organisations are omitted, because the account's inventory does not contain their principals.
    """
    found = (applied for entry in declared.access for applied in _applied(entry, account, now))
    return declared.model_copy(update={"access": tuple(found)})


def _applied(entry: DeclaredAccess, account: Account | Unknown, now: datetime) -> Iterator[DeclaredAccess]:
    if entry.is_organisation or (entry.until and entry.until + KEY_CACHE <= now):
        return
    if entry.until and entry.until <= now:
        entry = entry.model_copy(update={"role": "endedKeyUser"})
    if entry.role_arns:
        for arn in roles_of(entry, account):
            yield entry.model_copy(update={"principal": arn})
    else:
        yield entry


def roles_of(entry: DeclaredAccess, account: Account | Unknown) -> list[str]:
    """The account's roles of a permission set; empty if the account is unknown."""
    members = () if isinstance(account, Unknown) else account.members
    return [one.arn for one in members if any(fnmatchcase(one.arn, arn) for arn in entry.role_arns)]


def declaration_findings(
    places: Iterable[Place], account: Account | Unknown, now: datetime
) -> Iterator[Finding]:
    """Findings on declared entries that give nobody access."""
    for place in places:
        for entry in place.declared.access if place.declared and not place.is_replica else ():
            finding = Writer(place)
            if entry.until and entry.until <= now:
                yield finding(
                    "access-ended",
                    f"the access of {entry.principal} ended at {entry.until.isoformat()}.",
                    "Remove its entry.",
                    severity=Severity.NOTE,
                    principal=entry.principal,
                )
            elif entry.role_arns and isinstance(account, Account) and not roles_of(entry, account):
                yield finding(
                    "permission-set-without-role",
                    f"{entry.principal} has no role in the account, so nobody has its access.",
                    "Assign the permission set to this account in IAM Identity Center, or remove its entry.",
                    severity=Severity.NOTE,
                    principal=entry.principal,
                )
