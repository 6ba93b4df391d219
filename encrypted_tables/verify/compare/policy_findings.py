"""Findings on whom the policies of a table and its key name, and on the key's grants."""

from collections.abc import Iterator, Mapping

from encrypted_tables.iam.documents import Document, Unreadable, as_list, read_document
from encrypted_tables.iam.policy import has_open_allow
from encrypted_tables.iam.principals import is_orphaned_id, whole_account
from encrypted_tables.verify.collect.inventory import Place
from encrypted_tables.verify.collect.observe import Key, Table, Unknown
from encrypted_tables.verify.compare.finding_writer import Writer
from encrypted_tables.verify.compare.findings import Finding, Severity


def table_policy_findings(place: Place, table: Table) -> Iterator[Finding]:
    """Whom the table's own policy names."""
    if isinstance(table.policy, Unknown):
        yield Writer(place).unreadable(table.policy)
    elif table.policy is not None:
        yield from _policy_findings(place, "the table's policy", table.policy, table.account, [place])


def key_policy_findings(place: Place, key: Key, sharing: list[Place]) -> Iterator[Finding]:
    """Whom the key policy names, for all the places that share the key."""
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
        text = f"{what} names {principal}, the id of a deleted user or role."
        todo = "Take it out of the policy: the next change of the policy fails with it."
        yield finding("orphaned-principal", text, todo, principal=principal)
    for principal in _entries(document, {"Allow"}):
        known = is_orphaned_id(principal) or _is_declared(principal, owner, sharing)
        if place.declared and not known:
            text = f"{what} names {principal}, which the stack does not declare."
            todo = "Run `pulumi up --refresh` to take it out, or declare it."
            yield finding("undeclared-principal", text, todo, principal=principal)
    if has_open_allow(document):
        text = f"{what} allows by NotPrincipal: everyone that it does not name."
        yield finding("undeclared-principal", text, "Name the principals that are meant.", principal="*")


def _entries(document: Document, effects: set[str]) -> list[str]:
    """The principals that statements of these effects name, as written; NotPrincipal counts for denials."""
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
        return True  # leaves it to IAM, and keeps a key manageable
    declared = [place.declared for place in sharing if place.declared]
    if account is not None:
        return any(whole_account(entry.principal) == account for one in declared for entry in one.access)
    return any(one.roles_of(principal) for one in declared)


def grant_findings(place: Place, key: Key, sharing: list[Place]) -> Iterator[Finding]:
    """Who has grants on the key, for all the places that share it."""
    if isinstance(key.grants, Unknown):
        return
    finding = Writer(place)
    names = {other.name for other in sharing}
    for grant in key.grants:
        operations = ", ".join(grant.operations)
        if not grant.is_for_dynamodb:
            text = f"grant {grant.grant_id} gives {grant.grantee} {operations} on the key."
            declared = _is_declared(grant.grantee, key.account, sharing)
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
