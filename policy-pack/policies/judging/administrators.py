"""Finds out who can change a key policy: the callers that it allows kms:PutKeyPolicy and does not deny it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
"""

import re
from collections.abc import Iterator, Sequence

from policies.declared.documents import Statement, is_hidden
from policies.declared.facts import EXAMPLE_ACCOUNT
from policies.declared.values import Value
from policies.judging.direct_requests import IAM_ARN, account_of, is_met

ADMINISTERS = "kms:PutKeyPolicy"
# Conditions on the caller or the Region only limit who can; other conditions might never be met.
LIMITS_WHO_CAN = (
    "aws:principal",
    "aws:requestedregion",
    "aws:tokenissuetime",
    "aws:userid",
    "aws:username",
    "kms:calleraccount",
    "aws:multifactorauth",
)
ANY_ACCOUNT = "999999999999"


def has_administrator(statements: Sequence[Statement], account: str | None, *, in_favour: bool) -> bool:
    """Whether any caller in the key's account may change its policy.

    Args:
        statements: the statements of the key policy.
        account: the key's account; None if unknown, then any account counts.
        in_favour: whether to assume that hidden principals and actions are allowed and not denied, or the
            reverse.
    """
    about = [
        one
        for one in statements
        if one.covers(ADMINISTERS) or (one.has_unknown_actions and one.allows is in_favour)
    ]
    own = account or (EXAMPLE_ACCOUNT if EXAMPLE_ACCOUNT in _accounts(about) else None)
    return any(
        (own is None or account_of(caller) == own) and _may(caller, about, in_favour=in_favour)
        for caller in _callers(about, own)
    )


def _callers(statements: Sequence[Statement], own: str | None) -> Iterator[str]:
    """Callers to try: those that the policy names, and the root user and an example user of each account."""
    yield from filter(IAM_ARN.fullmatch, (_example(text, own) for text in _named(statements)))
    for name in _user_names(statements):
        yield f"arn:aws:iam::{own or ANY_ACCOUNT}:user/{_example(name, own)}"
    for account in _accounts(statements) | {own or ANY_ACCOUNT}:
        yield f"arn:aws:iam::{account}:root"
        yield f"arn:aws:iam::{account}:user/some-administrator"


def _example(pattern: str, own: str | None) -> str:
    """An ARN that matches a pattern."""
    parts = pattern.split(":", 5)
    if len(parts) == 6 and _is_pattern(parts[4]):
        parts[4] = own or ANY_ACCOUNT
    return ":".join(parts).replace("*", "x").replace("?", "x")


def _named(statements: Sequence[Statement]) -> list[str]:
    """All principals that statements name, in Principal, NotPrincipal and conditions."""
    values = [value for one in statements for value in one.principals]
    values += [value for one in statements for condition in one.conditions for value in condition.values]
    return [value for value in values if isinstance(value, str)]


def _user_names(statements: Sequence[Statement]) -> list[str]:
    conditions = [
        one for statement in statements for one in statement.conditions if one.key == "aws:username"
    ]
    return [value for one in conditions for value in one.values if isinstance(value, str)]


def _accounts(statements: Sequence[Statement]) -> set[str]:
    return {found for text in _named(statements) if re.fullmatch(r"\d{12}", found := account_of(text))}


def _may(caller: str, statements: Sequence[Statement], *, in_favour: bool) -> bool:
    allowed = any(
        one.allows and _takes_in(one, caller, hidden=in_favour) and _can_meet(one, caller)
        for one in statements
    )
    return allowed and not any(
        not one.allows and _takes_in(one, caller, hidden=not in_favour) and _always_meets(one, caller)
        for one in statements
    )


def _takes_in(one: Statement, caller: str, *, hidden: bool) -> bool:
    """Whether a statement applies to a caller; `hidden` if its hidden principals decide.

    A NotPrincipal exempts a caller only together with the caller's account.
    """
    if one.excepts_principals:
        named = [principal for principal in one.principals if isinstance(principal, str)]
        is_named = any(_same(name, caller) for name in named)
        found = not (is_named and any(_is_account(name, account_of(caller)) for name in named))
        return found and (hidden or not any(map(is_hidden, one.principals)))
    return any(hidden if is_hidden(principal) else _is(principal, caller) for principal in one.principals)


def _is(principal: Value, caller: str) -> bool:
    return isinstance(principal, str) and (
        principal == "*"
        or _same(principal, caller)
        or _is_account(principal, account_of(caller))
        or _is_role_of(principal, caller)
    )


def _is_role_of(principal: str, caller: str) -> bool:
    """Whether a principal is the role of a session: a statement for the role applies to its sessions."""
    kind, _, rest = caller.partition(":assumed-role/")
    account, role = account_of(caller), rest.partition("/")[0]
    is_role = principal.startswith("arn:") and f":iam::{account}:role/" in principal
    return bool(kind and role) and is_role and principal.rpartition("/")[2] == role


def _same(principal: str, caller: str) -> bool:
    return principal == caller or (caller.endswith(":root") and _is_account(principal, account_of(caller)))


def _is_account(principal: str, account: str) -> bool:
    return principal == account or (principal.endswith(":root") and account_of(principal) == account)


def _can_meet(one: Statement, caller: str) -> bool:
    """Whether a caller can meet the conditions of an Allow."""
    return all(
        met if (met := is_met(condition, caller)) is not None else condition.key.startswith(LIMITS_WHO_CAN)
        for condition in one.conditions
    )


def _always_meets(one: Statement, caller: str) -> bool:
    """Whether a caller meets the conditions of a Deny with any request."""
    return all(is_met(condition, caller) is True for condition in one.conditions)


def _is_pattern(text: str) -> bool:
    return "*" in text or "?" in text
