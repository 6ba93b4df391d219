"""Findings on the principals in table policies and key policies, and on grants."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from encrypted_tables.iam.documents import Document, Unreadable, as_list, read_document
from encrypted_tables.iam.organisations import admitted_organisations
from encrypted_tables.iam.permission_sets import admitted_roles
from encrypted_tables.iam.policy import has_open_allow
from encrypted_tables.iam.principals import is_orphaned_id, whole_account
from encrypted_tables.verify.collect.declared import Role
from encrypted_tables.verify.collect.grants import Grant
from encrypted_tables.verify.collect.inventory import Place
from encrypted_tables.verify.collect.observe import Key, Table, Unknown
from encrypted_tables.verify.compare.finding_writer import Writer
from encrypted_tables.verify.compare.findings import Finding, Severity


def table_policy_findings(place: Place, table: Table) -> Iterator[Finding]:
    """Findings on the principals that the table policy names."""
    if isinstance(table.policy, Unknown):
        yield Writer(place).unreadable(table.policy)
    elif table.policy is not None:
        yield from _policy_findings(place, "the table policy", table.policy, table.account, [place])


def key_policy_findings(place: Place, key: Key, sharing: list[Place]) -> Iterator[Finding]:
    """Findings on the principals that the key policy names; `sharing` are the places with this key."""
    if not isinstance(key.policy, Unknown):
        yield from _policy_findings(place, "the key policy", key.policy, key.account, sharing)


def _policy_findings(
    place: Place, what: str, policy: str, owner: str, sharing: list[Place]
) -> Iterator[Finding]:
    finding = Writer(place)
    document = read_document(policy)
    if isinstance(document, Unreadable):
        yield finding("unreadable-policy", f"{what}: {document.reason}.", "Correct the policy.")
        return
    for principal in filter(is_orphaned_id, _entries(document, {"Allow", "Deny"})):
        text = f"{what} names {principal}, the unique id of a deleted user or role."
        todo = "Remove it: AWS rejects the next change of a policy that has it."
        yield finding("orphaned-principal", text, todo, principal=principal)
    for principal in _allowed_entries(document):
        known = is_orphaned_id(principal) or _is_declared(principal, owner, sharing)
        if place.declared and not known:
            text = f"{what} names {principal}, which the stack does not declare."
            todo = "Run `pulumi up --refresh` to remove it, or declare it."
            yield finding("undeclared-principal", text, todo, principal=principal)
    if has_open_allow(document):
        text = (
            f"{what} has Allow with NotPrincipal, which allows everyone except the principals that it names."
        )
        yield finding("undeclared-principal", text, "Use Principal instead.", principal="*")


def _allowed_entries(document: Document) -> list[str]:
    """The principals that the policy allows; for `*`, those that a condition limits it to."""
    found: set[str] = set()
    for statement in document.statements:
        entries = set(_entries(replace(document, statements=(statement,)), {"Allow"}))
        if "*" in entries and (limits := [*admitted_roles(statement), *admitted_organisations(statement)]):
            entries = entries - {"*"} | set(limits)
        found |= entries
    return sorted(found)


def _entries(document: Document, effects: set[str]) -> list[str]:
    """The principals in statements with these effects, as written; with Deny, NotPrincipal too."""
    elements = (
        statement.get(element)
        for statement in document.statements
        if statement.get("Effect") in effects
        for element in ("Principal", *(["NotPrincipal"] if "Deny" in effects else []))
    )
    values = (one for e in elements for one in (e.values() if isinstance(e, Mapping) else [e]))
    return sorted({str(entry) for value in values for entry in as_list(value)})


def _is_declared(principal: str, owner: str, sharing: list[Place]) -> bool:
    account = whole_account(principal)
    if account == owner:
        return True  # naming the account lets its IAM policies decide, and keeps the key manageable
    declared = [place.declared for place in sharing if place.declared]
    if any(
        entry.principal == principal or principal in entry.role_arns for d in declared for entry in d.access
    ):
        return True
    if account is not None:
        return any(whole_account(entry.principal) == account for one in declared for entry in one.access)
    return any(one.roles_of(principal) for one in declared)


def grant_findings(place: Place, key: Key, sharing: list[Place]) -> Iterator[Finding]:
    """Findings on the key's grants; `sharing` are the places with this key."""
    if isinstance(key.grants, Unknown):
        return
    finding = Writer(place)
    names = {other.name for other in sharing}
    for grant in key.grants:
        if not grant.is_for_dynamodb:
            yield from _grant_finding(finding, grant, key.account, sharing)
        elif place.declared and grant.table_name is not None and grant.table_name not in names:
            text = f"the key also encrypts the table {grant.table_name}, which was not verified."
            todo = "Verify that table too, or give it its own key."
            yield finding("key-serves-other-table", text, todo, severity=Severity.NOTE)
    if not any(grant.is_for_dynamodb and grant.table_name in {None, place.name} for grant in key.grants):
        text = "DynamoDB has no grant on the key for this table, so it will lose access to the key."
        yield finding("service-grant-missing", text, "Change the table to another key and back.")


def _grant_finding(finding: Writer, grant: Grant, owner: str, sharing: list[Place]) -> Iterator[Finding]:
    """The finding on a grant to a user, a role or another account."""
    declared = [one.declared for one in sharing if one.declared]
    roles = {role for one in declared for role in one.roles_of(grant.grantee)}
    is_for_table = grant.operations == ("Decrypt",) and grant.table_name in {one.name for one in sharing}
    if roles & _BY_GRANT and is_for_table:
        return
    kind, severity, todo = "undeclared-grant", Severity.DIFFERS, _UNDECLARED_GRANT
    if not declared:
        kind, severity, todo = "grant-without-declaration", Severity.NOTE, _NOTHING_DECLARED
    elif _is_declared(grant.grantee, owner, sharing):
        kind, severity, todo = "grant-to-declared-principal", Severity.NOTE, "Check that it is needed."
    operations = ", ".join(grant.operations)
    text = f"grant {grant.grant_id} gives {grant.grantee} {operations} on the key."
    yield finding(kind, text, todo, severity=severity, principal=grant.grantee)


# The declared roles with access by a grant: `grant_read` and so on.
_BY_GRANT: frozenset[Role] = frozenset({"reader", "writer", "readerWriter", "streamReader"})
_UNDECLARED_GRANT = (
    "If the program created it (`grant_read` and so on), call `declaration` after the last of these calls; "
    "otherwise revoke it."
)
_NOTHING_DECLARED = (
    "Nothing is declared about this table, so it may be intended. To compare it, export the table's "
    "`declaration` and give the stack."
)
