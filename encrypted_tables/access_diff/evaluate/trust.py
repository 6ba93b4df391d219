"""Roles of the stack whose trust policy changes. Who can assume them is not evaluated."""

from collections.abc import Iterator

from encrypted_tables.access_diff.collect.access_model import AccessModel
from encrypted_tables.access_diff.evaluate.access import (
    can_administer,
    can_decrypt_directly,
    can_use_items,
    dynamodb_allows,
)
from encrypted_tables.iam.actions import (
    ADMINISTRATION_ACTIONS,
    COPY_ACTIONS,
    GET_RECORDS,
    TABLE_ADMINISTRATION_ACTIONS,
    Access,
)
from encrypted_tables.iam.answer import Answer, Grade
from encrypted_tables.iam.principals import Principal


def changed_trust(before: AccessModel, after: AccessModel) -> Iterator[str]:
    """A sentence for each role that has access and whose trust policy changes."""
    for identity in after.identities:
        earlier = before.identities.get(identity.principal)
        if earlier is None or None in (earlier.trust, identity.trust) or earlier.trust == identity.trust:
            continue
        principal = identity.principal
        if any(answer.grade is not Grade.NO for answer in _answers(after, principal)):
            name = principal.arn or principal.name
            yield f"who gains or loses the access of {name}: its trust policy changes"


def _answers(model: AccessModel, principal: Principal) -> Iterator[Answer]:
    for table in model.tables.values():
        for access in (Access.READ, Access.WRITE):
            yield can_use_items(model, principal, table, access)
        for action in (GET_RECORDS, *COPY_ACTIONS, *TABLE_ADMINISTRATION_ACTIONS):
            yield dynamodb_allows(model, principal, table, action)
    for key in model.keys.values():
        yield can_decrypt_directly(model, principal, key)
        for action in ADMINISTRATION_ACTIONS:
            yield can_administer(model, principal, key, action)
