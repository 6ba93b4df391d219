"""The tables, keys and principals of a stack, in AWS's terms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from encrypted_tables.access_diff.collect.identities import Identities
from encrypted_tables.access_diff.collect.unresolved import Unresolved
from encrypted_tables.iam.documents import Policy
from encrypted_tables.iam.grants import Grant
from encrypted_tables.iam.principals import Principal

TableId = tuple[str, str]
"""A table's name and Region; the Region is empty if unknown."""


class KeyKind(StrEnum):
    """What a table is encrypted with."""

    CUSTOMER_MANAGED = "customer managed key"
    AWS_MANAGED = "AWS managed key"
    AWS_OWNED = "AWS owned key"


@dataclass(frozen=True)
class Key:
    """A customer managed key of the stack, or one whose policy the stack sets."""

    urn: str
    """Its ARN, if the stack does not create it."""
    label: str
    """Its alias, else its name in the program."""
    arn: str
    """For a key that does not exist yet, an ARN that no policy can name."""
    exists: bool
    region: str
    policy: Policy
    grants: tuple[Grant, ...] = ()
    is_enabled: bool | None = True
    """None if unknown."""
    is_going: bool = False
    """Whether this update schedules it for deletion."""


@dataclass(frozen=True)
class TableKey:
    """What a table is encrypted with."""

    kind: KeyKind
    key: Key | None = None
    """The customer managed key; None if unknown or not in this stack, for the reason in `why_unknown`."""
    why_unknown: str = ""
    arn: str = ""
    """The key's ARN as the table gives it; empty if unknown."""

    @property
    def label(self) -> str:
        """The key's name in reports."""
        return self.key.label if self.key else self.arn or self.kind.value


@dataclass(frozen=True)
class Table:
    """A table, or one replica of it, in one Region."""

    name: str
    region: str
    arn: str
    """Parts that are unknown are `NOT_KNOWN`."""
    account: str
    """Empty if unknown."""
    key: TableKey
    policies: tuple[Policy, ...] = ()
    """Its resource policies in the stack."""
    may_have_other_policy: bool = True
    """Whether its policy may be set outside the stack: false if the stack sets it before or after."""
    indexes: frozenset[str] = frozenset()
    """The names of its indexes."""
    stream_arn: str = ""
    """Empty without a stream."""
    stream_policies: tuple[Policy, ...] = ()
    """The resource policies of its stream in the stack."""

    @property
    def id(self) -> TableId:
        """Identifies the table before and after an update."""
        return self.name, self.region


@dataclass(frozen=True)
class AccessModel:
    """The stack before or after an update."""

    account: str
    """The stack's account; empty if unknown."""
    tables: Mapping[TableId, Table]
    keys: Mapping[str, Key]
    identities: Identities
    unresolved: tuple[Unresolved, ...] = ()
    """Resources that may give access whose principal or target is unknown."""
    absent: frozenset[Principal] = frozenset()
    """Users and roles that exist only in the other model: created or deleted by the update."""

    def tables_of(self, key: Key) -> Iterable[Table]:
        """The tables encrypted with this key."""
        return self._tables_by_key.get(key.urn, ())

    @cached_property
    def _tables_by_key(self) -> Mapping[str, Iterable[Table]]:
        found: dict[str, list[Table]] = {}
        for table in self.tables.values():
            if table.key.key:
                found.setdefault(table.key.key.urn, []).append(table)
        return found
