"""Whom a model names in connection with a table or a key."""

from collections.abc import Iterable, Iterator

from encrypted_tables.access_diff.collect.access_model import AccessModel, Key, KeyKind, Table
from encrypted_tables.iam.documents import Document, Policy
from encrypted_tables.iam.policy import principals_of
from encrypted_tables.iam.principals import Principal, account_principal


def principals_of_table(model: AccessModel, table: Table | None) -> set[Principal]:
    """Whoever may have access to the table: those named by its policies, its key, and the stack's own."""
    if table is None:
        return set()
    return {
        *_named_by(table.policies),
        *principals_of_key(model, table.key.key),
        *(identity.principal for identity in model.identities),
        *([account_principal(table.account)] if table.key.kind is not KeyKind.CUSTOMER_MANAGED else []),
    }


def principals_of_key(model: AccessModel, key: Key | None) -> set[Principal]:
    """Whoever may have access to the key: those named by its policy and grants, and the stack's own."""
    if key is None:
        return set()
    return {*named_by_key(key), *(identity.principal for identity in model.identities)}


def named_by_key(key: Key) -> set[Principal]:
    """Whom the key's policy and grants name."""
    grantees = (grant.grantee for grant in key.grants)
    return {*_named_by([key.policy]), *(grantee for grantee in grantees if grantee)}


def _named_by(policies: Iterable[Policy]) -> Iterator[Principal]:
    for policy in policies:
        if isinstance(policy, Document):
            yield from principals_of(policy)
