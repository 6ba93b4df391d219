"""Grants on a KMS key: who may do what, and with which encryption context.

https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from encrypted_tables.verify.predict.arns import account_of, same_principal, whole_account
from encrypted_tables.verify.predict.policy import Decision

_TABLE_NAME = "aws:dynamodb:tableName"


@dataclass(frozen=True)
class Grant:
    """A grant; a context that is None limits nothing."""

    grant_id: str
    grantee: str
    operations: tuple[str, ...]
    context_equals: dict[str, str] | None = None
    """The only encryption context that the grant is for."""
    context_subset: dict[str, str] | None = None
    """The pairs that an encryption context must have for the grant."""
    table_name: str | None = field(init=False)
    """The table that the encryption context is limited to."""

    def __post_init__(self) -> None:
        pairs = {**(self.context_subset or {}), **(self.context_equals or {})}
        object.__setattr__(self, "table_name", pairs.get(_TABLE_NAME))

    @property
    def is_for_dynamodb(self) -> bool:
        """Whether DynamoDB itself holds the grant."""
        return self.grantee.startswith("dynamodb.") and self.grantee.endswith(".amazonaws.com")

    def is_for(self, context: Mapping[str, str]) -> bool:
        """Whether the grant is for this encryption context."""
        if self.context_equals is not None and self.context_equals != context:
            return False
        return (self.context_subset or {}).items() <= context.items()


def grant_of(entry: Mapping[str, Any]) -> Grant:
    """A grant as kms:ListGrants lists it."""
    constraints = entry.get("Constraints", {})
    return Grant(
        grant_id=entry["GrantId"],
        grantee=entry.get("GranteeServicePrincipal") or entry.get("GranteePrincipal", ""),
        operations=tuple(sorted(entry["Operations"])),
        context_equals=constraints.get("EncryptionContextEquals"),
        context_subset=constraints.get("EncryptionContextSubset"),
    )


def decryption_granted(grants: Iterable[Grant], principal: str, context: Mapping[str, str]) -> Decision:
    """Whether grants let a principal decrypt; UNKNOWN when one is for its whole account."""
    grantees = [one.grantee for one in grants if "Decrypt" in one.operations and one.is_for(context)]
    if any(same_principal(one, principal) for one in grantees):
        return Decision.ALLOWED
    if account_of(principal) in map(whole_account, grantees):
        return Decision.UNKNOWN
    return Decision.NOT_ALLOWED
