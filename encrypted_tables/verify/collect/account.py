"""Everyone in an account: its users and roles, with all policies that apply to them.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from encrypted_tables.iam.documents import Document, Policy, Unreadable, read_document
from encrypted_tables.iam.evaluate import Identity
from encrypted_tables.iam.managed_policies import managed_policy
from encrypted_tables.iam.principals import Kind, Principal, parse_principal
from encrypted_tables.verify.collect.connections import Connections
from encrypted_tables.verify.collect.observe import Unknown, attempt
from encrypted_tables.verify.collect.parallel import Parallel

CALL = "iam:GetAccountAuthorizationDetails"
_LARGEST_PAGE = 1_000
_LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")


@dataclass(frozen=True)
class Member:
    """A user or role of the account."""

    principal: Principal
    identity: Identity
    tags: Mapping[str, str] | None
    """None for a role whose sessions can have additional tags."""
    of_groups: tuple[Policy, ...] = ()
    """The policies that it gets from its groups."""
    unique_id: str = ""
    """Such as `AIDA…` for a user and `AROA…` for a role."""


@dataclass(frozen=True)
class Account:
    """The users and roles of an account."""

    id: str
    members: Mapping[Principal, Member]
    service_control_policies: tuple[tuple[Policy, ...], ...] = ()
    """By level, from the root of the organization; they are also in the members."""
    resource_control_policies: tuple[tuple[Policy, ...], ...] = ()

    def member(self, principal: Principal) -> Member | None:
        """The user or role; for a session, its role. None if it does not exist."""
        return self.members.get(principal.holder)


def read_account(
    connections: Connections, account: str, parallel: Parallel | None = None
) -> Account | Unknown:
    """All users and roles of the caller's account, or why they cannot be read.

    If AWS throttles, only the current page is requested again. `parallel` shows the progress.
    """

    def read() -> Account:
        pages = _pages(connections)
        shown = parallel.track("listing users and roles", pages) if parallel else pages
        return account_of_pages(account, shown)

    return attempt(CALL, read)


def _pages(connections: Connections) -> Iterator[Mapping[str, Any]]:
    paginator = connections.client("iam").get_paginator("get_account_authorization_details")
    yield from paginator.paginate(PaginationConfig={"PageSize": _LARGEST_PAGE})


def account_of_pages(account: str, pages: Iterable[Mapping[str, Any]]) -> Account:
    """The account that the pages of `iam:GetAccountAuthorizationDetails` describe."""
    found: dict[str, list[Mapping[str, Any]]] = {name: [] for name in _LISTS}
    for page in pages:
        for name in _LISTS:
            found[name] += page.get(name, ())
    policies = _Policies(found["Policies"])
    groups = {group["GroupName"]: policies.of(group, "Group") for group in found["GroupDetailList"]}
    members = [
        *(_member(user, "User", policies, groups) for user in found["UserDetailList"]),
        *(_member(role, "Role", policies, {}) for role in found["RoleDetailList"]),
    ]
    return Account(account, {one.principal: one for one in members})


class _Policies:
    """The managed policies of the account, by ARN; each is parsed once."""

    def __init__(self, entries: Iterable[Mapping[str, Any]]) -> None:
        self._documents = {entry["Arn"]: _default_version(entry) for entry in entries}

    def of(self, entry: Mapping[str, Any], kind: str) -> tuple[Policy, ...]:
        """The inline and attached policies of a user, role or group."""
        inline = entry.get(f"{kind}PolicyList", ())
        attached = entry.get("AttachedManagedPolicies", ())
        whose = f" of group {entry['GroupName']}" if kind == "Group" else ""
        return (
            *(read_document(one["PolicyDocument"], f"policy {one['PolicyName']}{whose}") for one in inline),
            *(self.named(one["PolicyArn"]) for one in attached),
        )

    def named(self, arn: str) -> Policy:
        """The managed policy with that ARN."""
        known = self._documents.get(arn) or managed_policy(arn)
        return known or Unreadable(f"{CALL} did not return {arn}")


def _default_version(entry: Mapping[str, Any]) -> Policy:
    name = f"policy {entry.get('PolicyName', entry['Arn'].rsplit('/', 1)[-1])}"
    for version in entry.get("PolicyVersionList", ()):
        if version.get("IsDefaultVersion"):
            return read_document(version["Document"], name, entry["Arn"])
    return Unreadable(f"{entry['Arn']} has no default version")


def _member(
    entry: Mapping[str, Any], kind: str, policies: _Policies, groups: Mapping[str, tuple[Policy, ...]]
) -> Member:
    principal = parse_principal(entry["Arn"])
    assert principal is not None  # noqa: S101  # IAM gives an ARN, never a unique id
    boundary = entry.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    of_groups = tuple(policy for name in entry.get("GroupList", ()) for policy in groups.get(name, ()))
    return Member(
        Principal(Kind(kind.lower()), principal.account, principal.name, entry["Arn"]),
        Identity(
            (*policies.of(entry, kind), *of_groups),
            policies.named(boundary) if boundary else None,
            is_whole=True,
        ),
        None if _admits_session_tags(entry) else {tag["Key"]: tag["Value"] for tag in entry.get("Tags", ())},
        of_groups,
        entry.get(f"{kind}Id", ""),
    )


def _admits_session_tags(entry: Mapping[str, Any]) -> bool:
    """Whether the trust policy of a role lets anybody pass session tags, which override the role's tags.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
    """
    trust = entry.get("AssumeRolePolicyDocument")
    if trust is None:  # of a user
        return False
    document = read_document(trust)
    return not isinstance(document, Document) or bool(document.about("Allow", "sts:TagSession"))
