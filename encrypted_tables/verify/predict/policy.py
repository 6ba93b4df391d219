"""Evaluates a resource's own policy for one request. What this says is a prediction, never a proof.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from encrypted_tables.verify.predict.arns import account_of, same_principal, whole_account
from encrypted_tables.verify.predict.conditions import Context, conditions_hold, wildcard_match


class Decision(StrEnum):
    """What a resource's policy by itself says to a request."""

    ALLOWED = "allowed"
    DELEGATED = "delegated"
    """The policy lets the principal's account decide by its IAM policies."""
    DELEGATED_OR_ALLOWED = "delegated-or-allowed"
    """The same, but a condition that is not known may let the principal in whatever IAM says."""
    DENIED = "denied"
    NOT_ALLOWED = "not-allowed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Request:
    """A request for an action on a resource, with the condition keys whose values are known."""

    action: str
    principal: str
    resource_arn: str
    context: Context


def request_by(principal: str, action: str, resource_arn: str, context: Context | None = None) -> Request:
    """A request with the condition keys that follow from who makes it."""
    known: Context = {
        "aws:PrincipalArn": principal,
        "aws:PrincipalAccount": account_of(principal),
        "aws:SecureTransport": "true",
        "aws:PrincipalIsAWSService": "false",
        **(context or {}),
    }
    return Request(action, principal, resource_arn, known)


def evaluate(
    document: Mapping[str, Any], request: Request, also_allowed: Decision = Decision.NOT_ALLOWED
) -> Decision:
    """What the policy says; an explicit deny wins. A condition that is not known makes it UNKNOWN.

    Args:
        document: the policy.
        request: who asks for what.
        also_allowed: whether something else lets the request through where the policy does not deny it.
    """
    allowed = {also_allowed} - {Decision.NOT_ALLOWED}
    denied: set[bool | None] = set()
    for statement in as_list(document.get("Statement")):
        reach = _reach(statement, request.principal)
        if reach is None or not _covers(statement, request):
            continue
        holds = conditions_hold(statement.get("Condition", {}), request.context)
        if reach is Decision.UNKNOWN and holds:
            holds = None
        if statement.get("Effect") == "Deny":
            denied.add(holds)
        elif holds is not False:
            allowed.add(reach if holds else Decision.UNKNOWN)
    if True in denied:
        return Decision.DENIED
    return Decision.UNKNOWN if allowed and None in denied else _widest(allowed)


def _widest(allowed: set[Decision]) -> Decision:
    if {Decision.DELEGATED, Decision.UNKNOWN} <= allowed and Decision.ALLOWED not in allowed:
        return Decision.DELEGATED_OR_ALLOWED
    order = (Decision.ALLOWED, Decision.DELEGATED, Decision.UNKNOWN)
    return next((one for one in order if one in allowed), Decision.NOT_ALLOWED)


def as_list(value: Any) -> list[Any]:  # noqa: ANN401 - a policy document may have one value or several anywhere
    """A policy element as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def aws_principals(element: Any) -> list[str]:  # noqa: ANN401
    """The accounts, users and roles of a Principal or NotPrincipal element, and `*`."""
    if element == "*":
        return ["*"]
    return [str(one) for one in as_list(element.get("AWS"))] if isinstance(element, Mapping) else []


def _reach(statement: Mapping[str, Any], principal: str) -> Decision | None:
    """Whether a statement speaks of the principal: directly, through its account, or (None) not at all."""
    if "NotPrincipal" in statement:
        return _reach_of_others(aws_principals(statement["NotPrincipal"]), principal)
    named = aws_principals(statement.get("Principal"))
    found = {_names(one, principal) for one in named}
    if statement.get("Effect") == "Allow" and whole_account(principal) in {account_of(one) for one in named}:
        found.add(Decision.DELEGATED)  # an account is let in as soon as somebody of it is
    return next((one for one in (Decision.ALLOWED, Decision.DELEGATED) if one in found), None)


def _reach_of_others(spared: list[str], principal: str) -> Decision | None:
    """Whether a statement with NotPrincipal speaks of the principal.

    It spares a user only when its account is spared too, and a role only in the sessions it names.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    said = {_names(one, principal) for one in spared}
    if Decision.ALLOWED not in said:
        return Decision.ALLOWED
    is_sure = Decision.DELEGATED in said and ":user/" in principal
    return None if is_sure else Decision.UNKNOWN


def _names(entry: str, principal: str) -> Decision | None:
    if entry == "*" or same_principal(entry, principal):
        return Decision.ALLOWED
    account = whole_account(entry)
    return Decision.DELEGATED if account is not None and account == account_of(principal) else None


def _covers(statement: Mapping[str, Any], request: Request) -> bool:
    if "NotAction" in statement:
        action = not _matches_any(statement["NotAction"], request.action, ignore_case=True)
    else:
        action = _matches_any(statement.get("Action"), request.action, ignore_case=True)
    if "NotResource" in statement:
        return action and not _matches_any(statement["NotResource"], request.resource_arn)
    return action and _matches_any(statement.get("Resource"), request.resource_arn)


def _matches_any(patterns: Any, value: str, *, ignore_case: bool = False) -> bool:  # noqa: ANN401
    return any(wildcard_match(str(pattern), value, ignore_case=ignore_case) for pattern in as_list(patterns))
