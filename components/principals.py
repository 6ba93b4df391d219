"""The IAM principals that a key policy can name, in the form in which KMS returns them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):(?P<service>iam|sts)::(?P<account>\d{12}):(?P<resource>.+)", re.ASCII
)
_PATH_AND_NAME = r"(?:[\x21-\x7e]{1,510}/)?[\w+=,.@-]{1,64}"
_RESOURCE = re.compile(rf"root|(?:user|role)/{_PATH_AND_NAME}", re.ASCII)
_ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)
_ORGANISATION = r"organisation/o-[a-z0-9]{10,32}(/r-[0-9a-z]{4,32}(/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*)?"
_WITHOUT_ARN = re.compile(
    rf"\d{{12}}|(?:user|role)/{_PATH_AND_NAME}|permission-set/[\w+=,.@-]{{1,32}}|{_ORGANISATION}", re.ASCII
)
_UNIQUE_ID = re.compile(r"A[A-Z0-9]{3}[A-Z0-9]{12,124}")
_FORMS = (
    "Give the ARN of a user or role (arn:aws:iam::111122223333:role/NAME), `user/NAME` or "
    "`role/NAME` for one of this account, `permission-set/NAME` for a permission set of IAM Identity Center, "
    "or an account id (in YAML in quotes)"
)


class PrincipalError(ValueError):
    """A principal that a key policy cannot name; the message says why and what to give instead."""


@dataclass(frozen=True)
class Scope:
    """The partition and account of the deployment, which principals without an account belong to."""

    partition: str
    account_id: str

    @property
    def root(self) -> str:
        """The account's root: a statement that names it lets IAM policies decide."""
        return f"arn:{self.partition}:iam::{self.account_id}:root"

    def owns(self, principal: str) -> bool:
        """Whether a principal in canonical form belongs to this account."""
        return not is_organisation(principal) and account_of(principal) == self.account_id


def check_principal(principal: str) -> str:
    """The principal, if a key policy can name this form of principal in some account.

    Raises:
        PrincipalError: it is not.
    """
    if _WITHOUT_ARN.fullmatch(principal):
        _refuse_wildcard(principal)
        return principal
    if principal.startswith("permission-set/"):
        raise PrincipalError(
            f"{principal!r} is not a permission set: its name has up to 32 letters, digits and `+=,.@_-`."
        )
    if principal.startswith(("organisation/", "organization/")):
        raise PrincipalError(
            f"{principal!r} is not an organisation. Give organisation/o-ID, or the path of a root or an "
            "organisational unit: organisation/o-ID/r-ID/ou-ID."
        )
    arn = _ARN.fullmatch(principal)
    if arn and arn["service"] == "iam" and _RESOURCE.fullmatch(arn["resource"]):
        _refuse_wildcard(principal)
        return principal
    raise PrincipalError(f"{principal!r} {_reason(principal, arn)}")


@lru_cache(maxsize=10_000)  # the tables of a program mostly name the same principals
def canonical_principal(principal: str, scope: Scope) -> str:
    """The principal's ARN in the form in which KMS returns it.

    An account id becomes the ARN of the account's root, because KMS would return that and cause a difference
    at each update. `user/NAME` and `role/NAME` belong to the scope's account. A permission set gets an ARN
    defined by this project, with the account id. An organisation is returned unchanged.

    Raises:
        PrincipalError: the form is invalid, or the principal is in another partition.
    """
    check_principal(principal)
    if is_organisation(principal):
        return principal
    if _ACCOUNT_ID.fullmatch(principal):
        return f"arn:{scope.partition}:iam::{principal}:root"
    if not principal.startswith("arn:"):
        return f"arn:{scope.partition}:iam::{scope.account_id}:{principal}"
    partition = principal.split(":")[1]
    if partition != scope.partition:
        raise PrincipalError(
            f"{principal!r} is in the partition {partition}, but the table is in {scope.partition}; "
            "name a principal of the table's partition."
        )
    return principal


def canonical_principals(principals: Iterable[str], scope: Scope) -> list[str]:
    """The principals in canonical form, sorted and without duplicates, so that their order in config does not
    matter.

    Raises:
        PrincipalError: one of them is invalid.
    """
    return sorted({canonical_principal(principal, scope) for principal in principals})


def account_of(principal: str) -> str:
    """The account id in the ARN of a principal."""
    return principal.split(":")[4]


def accounts_of(principals: Iterable[str]) -> Sequence[str]:
    """The account ids of principals, sorted and without duplicates."""
    return sorted({account_of(principal) for principal in principals})


def is_root(principal: str) -> bool:
    """Whether the principal is a whole account."""
    return principal.endswith(":root")


def is_permission_set(principal: str) -> bool:
    """Whether a principal in canonical form is a permission set of IAM Identity Center."""
    return ":permission-set/" in principal


def is_organisation(principal: str) -> bool:
    """Whether the principal is an organisation, or a part of one."""
    return principal.startswith("organisation/")


def _refuse_wildcard(principal: str) -> None:
    if "*" in principal or "?" in principal:
        raise PrincipalError(f"{principal!r} {_reason(principal, None)}")


def _reason(principal: str, arn: re.Match[str] | None) -> str:
    if "*" in principal or "?" in principal:
        return f"has a wildcard, which would match principals that are not listed. {_FORMS}."
    if _UNIQUE_ID.fullmatch(principal):
        return (
            "is the unique id of a user or role, probably a deleted one; "
            f"KMS would reject the next change of the key policy. {_FORMS}."
        )
    if principal.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        return (
            "is a service principal; DynamoDB does not need one, because it uses the key on behalf of the "
            "caller. For another service, add a statement with aws:SourceAccount under `keyPolicyStatements`."
        )
    return _reason_by_resource(arn)


def _reason_by_resource(arn: re.Match[str] | None) -> str:
    if arn is None:
        return f"is not the ARN of a principal. {_FORMS}."
    kind, _, name = arn["resource"].partition("/")
    if kind == "assumed-role":
        role = name.partition("/")[0]
        return (
            f"is a temporary session of a role; give the role: arn:{arn['partition']}:iam::"
            f"{arn['account']}:role/{role} (with the role's path, if it has one)."
        )
    if kind == "group":
        return "is a group, which no key policy can name; give its users, or a role that they assume."
    if kind == "federated-user":
        return "is a federated session; give the user that created it, or a role."
    return f"names {arn['resource']!r}, which is neither a user nor a role nor the account's root. {_FORMS}."
