"""The principals whose access to a table or a key may change."""

from collections.abc import Iterable, Iterator

from encrypted_tables.access_diff.collect.access_model import AccessModel, Key, KeyKind, Table
from encrypted_tables.iam.documents import Document, Policy
from encrypted_tables.iam.policy import principals_of
from encrypted_tables.iam.principals import Principal, account_principal


def candidates_for_table(model: AccessModel, table: Table | None) -> set[Principal]:
    """The principals in the policies of the table and its key, and those of the stack."""
    if table is None:
        return set()
    return {
        *_principals_in((*table.policies, *table.stream_policies)),
        *candidates_for_key(model, table.key.key),
        *(identity.principal for identity in model.identities),
        *([account_principal(table.account)] if table.key.kind is not KeyKind.CUSTOMER_MANAGED else []),
    }


def candidates_for_key(model: AccessModel, key: Key | None) -> set[Principal]:
    """The principals in the policy and grants of the key, and those of the stack."""
    if key is None:
        return set()
    return {*principals_in_key(key), *(identity.principal for identity in model.identities)}


def principals_in_key(key: Key) -> set[Principal]:
    """The principals in the policy and grants of the key."""
    grantees = (grant.grantee for grant in key.grants)
    return {*_principals_in([key.policy]), *(grantee for grantee in grantees if grantee)}


def _principals_in(policies: Iterable[Policy]) -> Iterator[Principal]:
    for policy in policies:
        if isinstance(policy, Document):
            yield from principals_of(policy)
