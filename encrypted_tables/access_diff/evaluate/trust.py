"""Roles of the stack whose trust policy changes: who may be them is not told, and they may have access."""

from collections.abc import Iterator

from encrypted_tables.access_diff.collect.access_model import AccessModel
from encrypted_tables.access_diff.evaluate.access import may_administer, may_decrypt_directly, may_use_items
from encrypted_tables.iam.actions import ADMINISTRATION_ACTIONS, Access
from encrypted_tables.iam.answer import Answer, Grade
from encrypted_tables.iam.principals import Principal


def changed_trust(before: AccessModel, after: AccessModel) -> Iterator[str]:
    """The roles that have access, before and after, and that others may assume from now on."""
    for identity in after.identities:
        earlier = before.identities.get(identity.principal)
        if earlier is None or None in (earlier.trust, identity.trust) or earlier.trust == identity.trust:
            continue
        principal = identity.principal
        if any(answer.grade is not Grade.NO for answer in _answers(after, principal)):
            name = principal.arn or principal.name
            yield f"who gains or loses what {name} may do: its trust policy changes, and it has access"


def _answers(model: AccessModel, principal: Principal) -> Iterator[Answer]:
    for table in model.tables.values():
        for access in (Access.READ, Access.WRITE):
            yield may_use_items(model, principal, table, access)
    for key in model.keys.values():
        yield may_decrypt_directly(model, principal, key)
        for action in ADMINISTRATION_ACTIONS:
            yield may_administer(model, principal, key, action)
