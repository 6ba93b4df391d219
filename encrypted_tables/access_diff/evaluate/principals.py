"""Whom a policy names.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

_ARN = re.compile(
    r"arn:(?P<partition>aws[\w-]*):(?:iam|sts)::(?P<account>\d{12}):"
    r"(?P<kind>root|user|role|assumed-role|federated-user)(?:/(?P<rest>.+))?"
)
_UNIQUE_ID = re.compile(r"A(?:IDA|ROA|GPA|IPA|NPA)[A-Z0-9]{12,}")
_ACCOUNT_ID = re.compile(r"\d{12}")


class Kind(StrEnum):
    """What sort of principal it is."""

    USER = "user"
    ROLE = "role"
    SESSION = "session"
    GROUP = "group"
    """Each member of a group of users; no policy can name it, and it has policies of its own."""
    ACCOUNT = "account"
    """All principals of an account whose own IAM policies allow the action."""
    SERVICE = "service"
    OTHER = "other"
    """A federated or canonical user, or an entry that is none of AWS's forms."""
    ANYONE = "anyone"


@dataclass(frozen=True, order=True)
class Principal:
    """One principal. A user's or role's name is unique in its account, so its path is not part of it."""

    kind: Kind
    account: str
    """Twelve digits; empty for a service, for anyone, and where no account id is known yet."""
    name: str
    arn: str = field(compare=False, default="")
    """As it was found; empty when the ARN is not known yet."""

    @property
    def partition(self) -> str:
        """The partition of its ARN; `aws` where there is no ARN."""
        parts = self.arn.split(":")
        return parts[1] if len(parts) > 1 else "aws"

    @property
    def is_single(self) -> bool:
        """Whether it is one user, role, session or group, whose own policies matter."""
        return self.kind in {Kind.USER, Kind.ROLE, Kind.SESSION, Kind.GROUP}

    @property
    def holder(self) -> "Principal":
        """Who holds its IAM policies: of an assumed role's session its role; anyone else does."""
        kind, _, rest = self.name.partition("/")
        if self.kind is not Kind.SESSION or kind != "assumed-role":
            return self
        return replace(self, kind=Kind.ROLE, name=rest.split("/")[0])


ANYONE = Principal(Kind.ANYONE, "", "*", "*")


def account_principal(account: str) -> Principal:
    """All principals of an account."""
    return Principal(Kind.ACCOUNT, account, "", f"arn:aws:iam::{account}:root")


def who(principal: Principal) -> str:
    """A principal as people name it."""
    if principal.kind is Kind.ACCOUNT:
        account = principal.account or "this account"
        return f"every principal of {account} that its own IAM policies allow"
    if principal.kind is Kind.ANYONE:
        return "anyone (*)"
    if principal.kind is Kind.GROUP:
        return f"every member of {principal.arn or principal.name}"
    return principal.arn or principal.name


def parse_principal(entry: str) -> Principal | None:
    """Whom an entry under `Principal.AWS` names.

    None for a unique id (AIDA..., AROA...): what it named is deleted, so nobody has it.
    """
    if _UNIQUE_ID.fullmatch(entry):
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


def as_list(value: Any) -> list[Any]:  # noqa: ANN401  # a policy element may have one value or several
    """A policy element as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]
