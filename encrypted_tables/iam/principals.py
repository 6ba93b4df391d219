"""Principals (users, roles, sessions, accounts, services), as named in policies and by STS.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

from encrypted_tables.iam.documents import as_list
from encrypted_tables.iam.permission_sets import permission_set_of

_ARN = re.compile(
    r"arn:(?P<partition>aws[\w-]*):(?:iam|sts)::(?P<account>\d{12}):"
    r"(?P<kind>root|user|role|assumed-role|federated-user)(?:/(?P<rest>.+))?"
)
_UNIQUE_ID = re.compile(r"A(?:IDA|ROA|GPA|IPA|NPA)[A-Z0-9]{12,}")
_ACCOUNT_ID = re.compile(r"\d{12}")
_ASSUMED_ROLE = "assumed-role"


class Kind(StrEnum):
    """The kind of a principal."""

    USER = "user"
    ROLE = "role"
    """Any session of the role."""
    SESSION = "session"
    GROUP = "group"
    """The members of a user group. Policies cannot name groups, but groups have policies."""
    ACCOUNT = "account"
    """All principals of an account whose own IAM policies allow the action."""
    ROOT = "root"
    """The root user of an account."""
    SERVICE = "service"
    OTHER = "other"
    """A federated or canonical user, or an entry of unknown form."""
    ANYONE = "anyone"


@dataclass(frozen=True, order=True)
class Principal:
    """One principal. The name of a user or role is unique in its account, so its path is not part of it."""

    kind: Kind
    account: str
    """Twelve digits; empty for a service, for anyone, and if the account id is not yet known."""
    name: str
    arn: str = field(compare=False, default="")
    """The ARN as found; empty if not yet known."""

    @property
    def partition(self) -> str:
        """The partition of its ARN; `aws` without an ARN."""
        parts = self.arn.split(":")
        return parts[1] if len(parts) > 1 else "aws"

    @property
    def is_single(self) -> bool:
        """Whether it is one user, role, session or group, whose own policies matter."""
        return self.kind in {Kind.USER, Kind.ROLE, Kind.SESSION, Kind.GROUP}

    @property
    def is_service_linked(self) -> bool:
        """Whether it is a service-linked role, which control policies do not limit."""
        return self.kind is Kind.ROLE and ":role/aws-service-role/" in self.arn

    @property
    def holder(self) -> "Principal":
        """The owner of its IAM policies: for a session its role, otherwise the principal itself."""
        kind, _, rest = self.name.partition("/")
        if self.kind is not Kind.SESSION or kind != _ASSUMED_ROLE:
            return self
        role = rest.split("/")[0]
        return replace(
            self, kind=Kind.ROLE, name=role, arn=f"arn:{self.partition}:iam::{self.account}:role/{role}"
        )


ANYONE = Principal(Kind.ANYONE, "", "*", "*")


def account_principal(account: str, partition: str = "aws") -> Principal:
    """All principals of an account."""
    return Principal(Kind.ACCOUNT, account, "", f"arn:{partition}:iam::{account}:root")


def root_user(account: str, partition: str = "aws") -> Principal:
    """The root user of an account."""
    return Principal(Kind.ROOT, account, "root", f"arn:{partition}:iam::{account}:root")


def who(principal: Principal) -> str:
    """A principal's name in reports."""
    if principal.kind is Kind.ACCOUNT:
        account = principal.account or "this account"
        return f"every principal of {account} that its own IAM policies allow"
    if principal.kind is Kind.ANYONE:
        return "anyone (*)"
    if name := permission_set_of(principal.arn):
        return f"permission set {name}"
    if principal.kind is Kind.GROUP:
        return f"every member of {principal.arn or principal.name}"
    return principal.arn or principal.name


@lru_cache(maxsize=65_536)
def parse_principal(entry: str) -> Principal | None:
    """The principal that an entry under `Principal.AWS` names.

    None for a unique id (AIDA..., AROA...): its user or role was deleted, so it matches nobody.
    """
    if is_orphaned_id(entry):
        return None
    if entry == "*":
        return ANYONE
    match = _ARN.fullmatch(entry)
    if match is None:
        is_account = _ACCOUNT_ID.fullmatch(entry)
        return account_principal(entry) if is_account else Principal(Kind.OTHER, "", entry, entry)
    account, kind, rest = match["account"], match["kind"], match["rest"] or ""
    if kind == "root":
        return Principal(Kind.ACCOUNT, account, "", entry)
    if kind in {"user", "role"}:
        return Principal(Kind(kind), account, rest.rsplit("/", 1)[-1], entry)
    return Principal(Kind.SESSION, account, f"{kind}/{rest}", entry)


def identity(arn: str) -> Principal | None:
    """The principal of an IAM or STS ARN; for a session, its role. None for other ARNs."""
    found = parse_principal(arn) if _ARN.fullmatch(arn) else None
    return found.holder if found else None


def named_in(element: Any) -> Iterator[Principal]:  # noqa: ANN401  # "*", or a map of strings or lists
    """The principals that a statement's `Principal` or `NotPrincipal` names."""
    if element == "*":
        yield ANYONE
    elif isinstance(element, Mapping):
        for entry in as_list(element.get("AWS")):
            if principal := parse_principal(str(entry)):
                yield principal
        for name, entries in element.items():
            if name != "AWS":
                kind = Kind.SERVICE if name == "Service" else Kind.OTHER
                yield from (Principal(kind, "", str(entry), str(entry)) for entry in as_list(entries))


def iam_arn(sts_arn: str) -> str:
    """The IAM ARN for an ARN from sts:GetCallerIdentity, which lacks the path of a role."""
    who = identity(sts_arn)
    return who.arn if who else sts_arn


def distinct(arn: str) -> Hashable:
    """Equal for ARNs that name the same user or role."""
    found = identity(arn)
    return (found, found.partition) if found else arn


def same_principal(one: str, other: str) -> bool:
    """Whether two ARNs name the same user or role."""
    return distinct(one) == distinct(other)


def is_root(arn: str) -> bool:
    """Whether an ARN is an account's root, which in a policy means the whole account."""
    who = identity(arn)
    return who is not None and who.kind is Kind.ACCOUNT


def whole_account(entry: str) -> str | None:
    """The account that an entry in a policy names by its id or its root's ARN; None for other entries."""
    found = parse_principal(entry)
    return found.account if found and found.kind is Kind.ACCOUNT else None


def is_orphaned_id(entry: str) -> bool:
    """Whether a policy shows the unique id of a deleted user or role (AIDA..., AROA...) instead of its ARN.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    """
    return _UNIQUE_ID.fullmatch(entry) is not None
