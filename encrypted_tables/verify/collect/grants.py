"""Grants on a KMS key, as KMS lists them.

https://docs.aws.amazon.com/kms/latest/APIReference/API_ListGrants.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from encrypted_tables.iam import grants
from encrypted_tables.iam.principals import Kind, Principal, parse_principal

_TABLE_NAME = "aws:dynamodb:tableName"
_SERVICE = ".amazonaws.com"


@dataclass(frozen=True)
class Grant:
    """A grant; a context of None is no constraint."""

    grant_id: str
    grantee: str
    operations: tuple[str, ...]
    context_equals: dict[str, str] | None = None
    """The exact encryption context that the grant requires."""
    context_subset: dict[str, str] | None = None
    """The pairs that the encryption context must include."""
    source_arn: str | None = None
    """The resource for which a service may use the grant."""
    table_name: str | None = field(init=False)
    """The table in the required encryption context."""

    def __post_init__(self) -> None:
        pairs = {**(self.context_subset or {}), **(self.context_equals or {})}
        object.__setattr__(self, "table_name", pairs.get(_TABLE_NAME))

    @property
    def is_for_dynamodb(self) -> bool:
        """Whether the grantee is DynamoDB."""
        return self.grantee.startswith("dynamodb.") and self.grantee.endswith(_SERVICE)

    @property
    def permission(self) -> grants.Grant:
        """The grant as a permission to evaluate."""
        is_service = self.grantee.endswith(_SERVICE)
        return grants.Grant(
            Principal(Kind.SERVICE, "", self.grantee) if is_service else parse_principal(self.grantee),
            frozenset(self.operations),
            self.context_equals or {},
            self.context_subset or {},
            f"grant {self.grant_id}",
            self.source_arn or "",
        )


def grant_of(entry: Mapping[str, Any]) -> Grant:
    """A grant as kms:ListGrants lists it."""
    constraints = entry.get("Constraints", {})
    return Grant(
        grant_id=entry["GrantId"],
        grantee=entry.get("GranteeServicePrincipal") or entry.get("GranteePrincipal", ""),
        operations=tuple(sorted(entry["Operations"])),
        context_equals=constraints.get("EncryptionContextEquals"),
        context_subset=constraints.get("EncryptionContextSubset"),
        source_arn=constraints.get("SourceArn"),
    )
