"""IAM ARNs: which of them name the same principal."""

import re
from typing import NamedTuple

_IAM = re.compile(
    r"arn:(?P<partition>aws[\w-]*):(?P<service>iam|sts)::(?P<account>\d{12}):"
    r"(?P<kind>root|user|role|assumed-role|federated-user)(?:/(?P<rest>.+))?"
)
_UNIQUE_ID = re.compile(r"A(?:IDA|ROA|GPA|IPA|NPA)[A-Z0-9]{12,}")
_ACCOUNT_ID = re.compile(r"\d{12}")


class Identity(NamedTuple):
    """Who an ARN names. A name is unique in its account whatever its path, so the path is not part of it."""

    partition: str
    account: str
    kind: str
    name: str


def identity(arn: str) -> Identity | None:
    """Who `arn` names, with an assumed role's session as its role; None when it is no IAM or STS ARN."""
    match = _IAM.fullmatch(arn)
    if match is None:
        return None
    kind, rest = match["kind"], match["rest"] or ""
    if kind == "assumed-role":
        kind, name = "role", rest.split("/")[0]
    else:
        name = rest.rsplit("/", 1)[-1]
    return Identity(match["partition"], match["account"], kind, name)


def iam_arn(sts_arn: str) -> str:
    """The IAM ARN behind what sts:GetCallerIdentity answers; a role's path is not in that answer."""
    who = identity(sts_arn)
    if who is None or ":assumed-role/" not in sts_arn:
        return sts_arn
    return f"arn:{who.partition}:iam::{who.account}:role/{who.name}"


def same_principal(one: str, other: str) -> bool:
    """Whether two ARNs name the same user or role."""
    return one == other or (identity(one) is not None and identity(one) == identity(other))


def account_of(arn: str) -> str:
    """The account in any ARN; empty when there is none."""
    parts = arn.split(":")
    return parts[4] if len(parts) > 5 else ""


def is_root(arn: str) -> bool:
    """Whether an ARN is an account's root user, or in a policy the whole account."""
    who = identity(arn)
    return who is not None and who.kind == "root"


def whole_account(principal: str) -> str | None:
    """The account that a policy's principal means as a whole, by its id or its root's ARN; else None."""
    if _ACCOUNT_ID.fullmatch(principal):
        return principal
    return account_of(principal) if is_root(principal) else None


def is_orphaned_id(principal: str) -> bool:
    """Whether a policy shows the unique id of a deleted user or role (AIDA..., AROA...) instead of its ARN.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    """
    return _UNIQUE_ID.fullmatch(principal) is not None
