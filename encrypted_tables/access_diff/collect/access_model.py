"""The tables of a stack, their keys and who is named where: the stack's resources in AWS's terms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from encrypted_tables.access_diff.collect.identities import Identities
from encrypted_tables.access_diff.collect.unresolved import Unresolved
from encrypted_tables.iam.documents import Policy
from encrypted_tables.iam.grants import Grant
from encrypted_tables.iam.principals import Principal

TableId = tuple[str, str]
"""A table's name and Region; the Region is empty while it is not known."""


class KeyKind(StrEnum):
    """What a table is encrypted with."""

    CUSTOMER_MANAGED = "customer managed key"
    AWS_MANAGED = "AWS managed key"
    AWS_OWNED = "AWS owned key"


@dataclass(frozen=True)
class Key:
    """A customer managed key of the stack, or one whose policy the stack sets."""

    urn: str
    """Its ARN, where the stack does not make it."""
    label: str
    """Its alias, else its name in the program."""
    arn: str
    """Of a key that is not made yet, an ARN that no policy can name."""
    is_made: bool
    region: str
    policy: Policy
    grants: tuple[Grant, ...] = ()
    is_enabled: bool | None = True
    """None while it is not known."""
    is_going: bool = False
    """It leaves in this update: it will be scheduled for deletion."""


@dataclass(frozen=True)
class TableKey:
    """What a table is encrypted with."""

    kind: KeyKind
    key: Key | None = None
    """The customer managed key; None when it is not of this stack or not known, as `why_unknown` says."""
    why_unknown: str = ""
    arn: str = ""
    """What the table names as its key, if that is known."""

    @property
    def label(self) -> str:
        """How people call it."""
        return self.key.label if self.key else self.arn or self.kind.value


@dataclass(frozen=True)
class Table:
    """A table, or one replica of it, in one Region."""

    name: str
    region: str
    arn: str
    """With `NOT_KNOWN` parts while they are not known."""
    account: str
    """Empty while it is not known."""
    key: TableKey
    policies: tuple[Policy, ...] = ()
    """Its resource policy, if the stack gives it one."""
    indexes: frozenset[str] = frozenset()
    """The names of its indexes."""

    @property
    def id(self) -> TableId:
        """What stays the same when nothing but settings change."""
        return self.name, self.region


@dataclass(frozen=True)
class AccessModel:
    """The stack before or after an update."""

    account: str
    """The stack's account; empty while no resource tells it."""
    tables: Mapping[TableId, Table]
    keys: Mapping[str, Key]
    identities: Identities
    unresolved: tuple[Unresolved, ...] = ()
    """What may give access and could not be placed."""

    absent: frozenset[Principal] = frozenset()
    """Users and roles that the stack makes on the other stack, and that are not there on this one."""

    def tables_of(self, key: Key) -> Iterable[Table]:
        """The tables encrypted with this key."""
        return (table for table in self.tables.values() if table.key.key and table.key.key.urn == key.urn)
