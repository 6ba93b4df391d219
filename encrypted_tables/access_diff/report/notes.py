"""Notes and unknowns that a report gives once, not for each principal."""

from collections.abc import Iterable, Iterator

from encrypted_tables.access_diff.collect.access_model import AccessModel, KeyKind, Table
from encrypted_tables.access_diff.collect.identities import Identity
from encrypted_tables.access_diff.collect.unresolved import Unresolved
from encrypted_tables.access_diff.evaluate.access import can_decrypt_items, dynamodb_allows_items
from encrypted_tables.access_diff.evaluate.candidates import principals_in_key
from encrypted_tables.access_diff.evaluate.matched_keys import replaces
from encrypted_tables.access_diff.evaluate.trust import changed_trust
from encrypted_tables.engine.preview import Resource
from encrypted_tables.iam.actions import Access
from encrypted_tables.iam.answer import NO, Grade
from encrypted_tables.iam.documents import Unreadable
from encrypted_tables.iam.principals import Kind, Principal, account_principal, who


def cannot_tell_of(before: AccessModel, after: AccessModel) -> dict[str, str]:
    """Why access to a table is unknown for everyone: sentences, by the reason in the answers."""
    found: dict[str, str] = {}
    for table in after.tables.values():
        earlier = before.tables.get(table.id)
        key = table.key.key
        if table.key.why_unknown and (earlier is None or earlier.key.why_unknown != table.key.why_unknown):
            reason = table.key.why_unknown
            found[reason] = f"who can read {shown(table)}: {reason}"
        elif key and isinstance(key.policy, Unreadable):
            reason = f"the policy of {key.label}: {key.policy.reason}"
            found[reason] = (
                f"who can read {shown(table)}: the policy of its key {key.label} is {key.policy.reason}"
            )
    found |= {one.reason: one.reason for one in _changed(before.unresolved, after.unresolved)}
    return found | {reason: reason for reason in changed_trust(before, after)}


def _changed(before: Iterable[Unresolved], after: Iterable[Unresolved]) -> Iterator[Unresolved]:
    """Those that are added, removed or changed."""
    for some, others in ((before, after), (after, before)):
        for one in some:
            if not any(one.is_same_as(other) for other in others):
                yield one


def notes_of(
    before: AccessModel, after: AccessModel, leaving: Iterable[Resource], changed: set[Principal]
) -> Iterator[str]:
    """All notes, the most important first."""
    yield from _unreadable_data(before, after)
    yield from _without_the_key(before, after)
    yield from _other_keys(before, after)
    for resource in leaving:
        if resource.type.startswith(("aws:dynamodb/table", "aws:kms/")):
            yield f"{resource.name} leaves the stack and stays in AWS: access to it does not change."
    yield from _left_to_accounts(after, changed)
    yield from _iam_elsewhere(after, changed)


def shown(table: Table) -> str:
    """The table with its Region, if known."""
    return f"{table.name} ({table.region})" if table.region else table.name


def _unreadable_data(before: AccessModel, after: AccessModel) -> Iterator[str]:
    for table in after.tables.values():
        key = table.key.key
        if key and key.is_going:
            yield (
                f"Nobody can read {shown(table)} after the update: its key {key.label} is scheduled "
                "for deletion."
            )
        elif key and key.is_enabled is False:
            earlier = before.tables.get(table.id)
            if not (earlier and earlier.key.key and earlier.key.key.is_enabled is False):
                yield f"Nobody can read {shown(table)} after the update: its key {key.label} is disabled."


def _other_keys(before: AccessModel, after: AccessModel) -> Iterator[str]:
    for table in after.tables.values():
        key, earlier = table.key.key, before.tables.get(table.id)
        old = earlier.key.key if earlier else None
        if key and old and key.arn != old.arn and replaces(after, key, before, old):
            yield (
                f"{shown(table)} gets another key under the same alias, {key.label}: the old one is "
                "still needed for what it encrypted, such as backups."
            )


def _without_the_key(before: AccessModel, after: AccessModel) -> Iterator[str]:
    """New DynamoDB permissions that give no items, as the key does not allow it."""
    for identity in after.identities:
        tables = [
            table
            for table in after.tables.values()
            if _has_table_alone(after, identity, table) and not _had_table(before, identity, table)
        ]
        if tables:
            names = ", ".join(shown(table) for table in tables)
            yield (
                f"{who(identity.principal)} gets DynamoDB permissions on {names} "
                "but cannot read or write items: it has no permission to use the key (kms:Decrypt)."
            )


def _has_table_alone(model: AccessModel, identity: Identity, table: Table) -> bool:
    key = table.key.key
    if key and any(grant.grantee is None for grant in key.grants):
        return False  # an unknown grantee may be this principal
    admitted = principals_in_key(key) if key else set()
    sessions = {one for one in admitted if one.holder == identity.principal}
    return _has_policies_for(model, identity, table) and all(
        can_decrypt_items(model, one, table).grade is Grade.NO for one in {identity.principal, *sessions}
    )


def _had_table(model: AccessModel, identity: Identity, table: Table) -> bool:
    earlier, old = model.identities.get(identity.principal), model.tables.get(table.id)
    return earlier is not None and old is not None and _has_policies_for(model, earlier, old)


def _has_policies_for(model: AccessModel, identity: Identity, table: Table) -> bool:
    answer = dynamodb_allows_items(model, identity.principal, table, Access.READ, elsewhere=NO)
    return answer.grade in {Grade.YES, Grade.CONDITIONAL}


def _left_to_accounts(after: AccessModel, changed: set[Principal]) -> Iterator[str]:
    if not changed:
        return
    tables = [
        shown(table)
        for table in after.tables.values()
        if table.key.kind is KeyKind.CUSTOMER_MANAGED
        and can_decrypt_items(after, account_principal(table.account), table).grade
        in {Grade.YES, Grade.CONDITIONAL}
    ]
    if tables:
        yield (
            f"The key policy of {', '.join(tables)} delegates to IAM in account "
            f"{after.account or '(not known yet)'}: every principal there whose IAM policies allow "
            "kms:Decrypt can use the key, including those not listed here."
        )
    for principal in sorted(changed):
        if principal.kind is Kind.ACCOUNT and principal.account not in ("", after.account):
            yield (
                f"Account {principal.account} has the access as a whole: its administrators choose which "
                "of its principals get it."
            )


def _iam_elsewhere(after: AccessModel, changed: set[Principal]) -> Iterator[str]:
    of_other_stacks = [
        principal
        for principal in changed
        if principal.kind in {Kind.USER, Kind.ROLE, Kind.SESSION}
        and not ((known := after.identities.get(principal)) and known.is_of_stack)
    ]
    if of_other_stacks:
        yield (
            "Users and roles that this stack does not create also need DynamoDB permissions from IAM "
            "policies outside this stack; this report assumes that they have them."
        )
