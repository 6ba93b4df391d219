"""What policy documents say to one request. It is a reading of the text, not a proof: `verify` tries it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from encrypted_tables.access_diff.evaluate.answer import (
    NO,
    YES,
    Answer,
    all_of,
    any_of,
    conditional,
    unknown,
    unless,
)
from encrypted_tables.access_diff.evaluate.conditions import Context, conditions_hold, matches
from encrypted_tables.access_diff.evaluate.principals import Kind, Principal, as_list, named_in
from encrypted_tables.engine.unknown import Unknown

Statement = Mapping[str, Any]

NOT_KNOWN = "{}"
"""Stands for a part of an ARN that is known only after the update."""


@dataclass(frozen=True)
class Document:
    """A policy's statements."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Unreadable:
    """A policy whose text is not there to read."""

    reason: str


Policy = Document | Unreadable


@dataclass(frozen=True)
class Request:
    """Who does what to which resource; a part of the resource's ARN may be `NOT_KNOWN`."""

    action: str
    principal: Principal
    resource: str
    context: Context


def read_policy(text: Any) -> Policy:  # noqa: ANN401  # a property of any type
    """A policy from a resource's property."""
    if isinstance(text, Unknown):
        return Unreadable(text.value)
    try:
        document = json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return Unreadable("not JSON")
    if not isinstance(document, Mapping):
        return Unreadable("not a policy document")
    return Document(tuple(one for one in as_list(document.get("Statement")) if isinstance(one, Mapping)))


def identity_policy_says(document: Document, request: Request) -> tuple[Answer, Answer]:
    """What a policy attached to the principal allows, and what it denies."""
    return (
        _effect(document.statements, "Allow", request, lambda _: YES),
        _effect(document.statements, "Deny", request, lambda _: YES),
    )


def resource_policy_allows(document: Document, request: Request) -> Answer:
    """Whether the resource's policy lets the principal in by naming it, and does not deny it."""
    return _resource_policy(document, request, _names_directly)


def resource_policy_delegates(document: Document, request: Request) -> Answer:
    """Whether the resource's policy leaves it to the IAM policies of the principal's account."""
    return _resource_policy(document, request, _names_account)


def resource_policy_denies(document: Document, request: Request) -> Answer:
    """Whether the resource's policy denies it, whoever allows it."""
    return _effect(document.statements, "Deny", request, lambda statement: _speaks_of(statement, request))


def principals_of(document: Document) -> set[Principal]:
    """Everyone whom a statement names, be it to allow, to deny or to spare."""
    found: set[Principal] = set()
    for statement in document.statements:
        found.update(named_in(statement.get("Principal")))
        if "NotPrincipal" in statement:
            found.update([*named_in("*"), *named_in(statement["NotPrincipal"])])
    return found


def _resource_policy(
    document: Document, request: Request, names: Callable[[Iterable[Principal], Principal], bool]
) -> Answer:
    def reach(statement: Statement) -> Answer:
        if "NotPrincipal" in statement:
            return _speaks_of(statement, request) if names is _names_directly else NO
        return YES if names(named_in(statement.get("Principal")), request.principal) else NO

    allowed = _effect(document.statements, "Allow", request, reach)
    return unless(allowed, resource_policy_denies(document, request))


def _names_directly(entries: Iterable[Principal], principal: Principal) -> bool:
    return any(entry in (principal, principal.holder) or entry.kind is Kind.ANYONE for entry in entries)


def _names_account(entries: Iterable[Principal], principal: Principal) -> bool:
    return any(entry.kind is Kind.ACCOUNT and entry.account == principal.account for entry in entries)


def _speaks_of(statement: Statement, request: Request) -> Answer:
    """Whether a denial (or an Allow with NotPrincipal) reaches the principal."""
    principal = request.principal
    if "NotPrincipal" in statement:
        spared = list(named_in(statement["NotPrincipal"]))
        if _names_directly(spared, principal):
            return NO
        return conditional(f"it is not one of those that NotPrincipal names ({_arns(spared)})")
    entries = list(named_in(statement.get("Principal")))
    if _names_directly(entries, principal) or _names_account(entries, principal):
        return YES
    return NO


def _arns(principals: Iterable[Principal]) -> str:
    return ", ".join(sorted(one.arn for one in principals))


def _effect(
    statements: Iterable[Statement], effect: str, request: Request, reach: Callable[[Statement], Answer]
) -> Answer:
    return any_of(
        all_of(
            [
                reach(statement),
                _covers(statement, request),
                conditions_hold(statement.get("Condition"), request.context),
            ]
        )
        for statement in statements
        if statement.get("Effect") == effect
    )


def _covers(statement: Statement, request: Request) -> Answer:
    if "NotAction" in statement:
        is_action = not _is_action(statement["NotAction"], request.action)
    else:
        is_action = _is_action(statement.get("Action"), request.action)
    if not is_action:
        return NO
    if "NotResource" in statement:
        return unless(YES, _is_resource(statement["NotResource"], request.resource))
    return _is_resource(statement.get("Resource"), request.resource)


def _is_action(patterns: Any, action: str) -> bool:  # noqa: ANN401  # one string or a list
    return any(matches(str(pattern), action, ignore_case=True) for pattern in as_list(patterns))


def _is_resource(patterns: Any, resource: str) -> Answer:  # noqa: ANN401  # one string or a list
    return any_of(_matches_arn(str(pattern), resource) for pattern in as_list(patterns))


def _matches_arn(pattern: str, arn: str) -> Answer:
    """Whether a pattern covers an ARN, of which parts may not be known yet."""
    if NOT_KNOWN not in arn or pattern == "*":
        return YES if matches(pattern, arn) else NO
    wanted, given = pattern.split(":", 5), arn.split(":", 5)
    if len(wanted) < len(given):
        return YES if matches(pattern, arn) else NO
    pairs = list(zip(wanted, given, strict=True))
    if not all(value == NOT_KNOWN or matches(part, value) for part, value in pairs):
        return NO
    is_sure = all(part == "*" for part, value in pairs if value == NOT_KNOWN)
    return YES if is_sure else unknown(f"whether {pattern} is this resource")
