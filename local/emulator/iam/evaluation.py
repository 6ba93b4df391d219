"""Evaluates a request: matches statements, and combines identity policies with the resource policy.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

from .. import ministack_adapter as ms
from ..iam.conditions import conditions_met, every, negated, some
from ..iam.operators import Answer, matches
from ..iam.principals import has_boundary, names_of
from ..iam.request_context import value_of
from ..iam.resources import covers
from ..iam.variables import matches_any
from ..ministack_adapter import Decision, EvalContext, ParsedStatement

HAS_VARIABLES = "2012-10-17"
_ACCOUNT = re.compile(r"(?:arn:aws[\w-]*:iam::)?(?P<account>\d{12})(?::root)?")


class Named(Enum):
    """How a statement of a resource policy names the caller."""

    DIRECTLY = "the user, the session or everybody: no boundary narrows it"
    BY_ROLE = "the session's role: boundary and session policies narrow it"
    BY_ACCOUNT = "the account: it delegates to the caller's own policies"


def with_version(parse: Callable[[Any], list[ParsedStatement]]) -> Callable[[Any], list[ParsedStatement]]:
    """Record in parsed statements whether their policy's Version supports policy variables."""

    def parsed(document: Any) -> list[ParsedStatement]:  # noqa: ANN401  # a document or its text
        statements = parse(document)
        for statement in statements:
            statement.variables = _document(document).get("Version") == HAS_VARIABLES
        return statements

    return parsed


def _document(document: Any) -> Mapping[str, Any]:  # noqa: ANN401  # a document or its text
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except ValueError:
            return {}
    return document if isinstance(document, dict) else {}


def first_match(
    context: EvalContext, statements: Iterable[ParsedStatement], effect: str
) -> ParsedStatement | None:
    """The first statement with this effect that applies to the request.

    If it is unknown whether a statement applies, a Deny applies and an Allow does not.
    """
    accepted = (True, None) if effect == "Deny" else (True,)
    for statement in statements:
        if statement.effect == effect and _applies(context, statement) in accepted:
            return statement
    return None


def _applies(context: EvalContext, statement: ParsedStatement) -> Answer:
    action = context.action.lower()

    def value(key: str) -> Any:  # noqa: ANN401  # condition keys have values of any kind
        return value_of(key, context)

    if statement.actions:
        acts = any(matches(action, one.lower()) for one in statement.actions)
    else:
        acts = not any(matches(action, one.lower()) for one in statement.not_actions)
    on = _on_resource(context, statement, value)
    if not acts or on is False:
        return False
    return every((on, conditions_met(statement.conditions, value, variables=statement.variables)))


def _on_resource(context: EvalContext, statement: ParsedStatement, value: Callable[[str], Any]) -> Answer:
    patterns, is_exception = statement.resources or statement.not_resources, not statement.resources

    def test(pattern: str) -> Answer:
        return covers(pattern, context.resource_arn)

    if statement.variables:
        return matches_any(patterns, test, value, negative=is_exception)
    found = some(map(test, patterns))
    return negated(found) if is_exception else found


def resource_decision(policy: str | None, context: EvalContext) -> Decision:
    """The decision of a resource policy for a caller, with any matching form of principal."""
    found = _statements_by_name(policy, context)
    decision: Decision = ms.evaluate(context, list(found.values()))
    return decision


def combined(  # noqa: PLR0917  # the signature of the replaced ministack function
    identity: Decision,
    context: EvalContext,
    policy: str | None,
    owner: str | None,
    required: bool = False,  # the signature of the replaced ministack function
    limits: Sequence[Any] = (),
) -> Decision:
    """Combine the decision of the identity policies with the resource's policy.

    Args:
        identity: the decision of the identity policies within the `limits`.
        context: the request.
        policy: the resource policy.
        owner: the account of the resource; None is the caller's.
        required: whether the resource policy must also allow callers in its own account, like a key policy.
        limits: the caller's permissions boundary and session policies.
    """
    if identity.decision == "Deny":
        return identity
    found = _statements_by_name(policy, context)
    resource: Decision = ms.evaluate(context, list(found.values()))
    if resource.decision == "Deny":
        resource.resource_policy_arn = context.resource_arn
        return resource
    same_account = owner in (None, context.principal_account)
    if identity.decision == "Allow":
        return identity if resource.decision == "Allow" or (same_account and not required) else resource
    if same_account:
        if first_match(context, found[Named.DIRECTLY], "Allow"):
            return resource
        if within(limits, context) and first_match(context, found[Named.BY_ROLE], "Allow"):
            return resource
    return identity


def within(limits: Sequence[Any], context: EvalContext) -> bool:
    """Whether the permissions boundary and the session policies of a caller allow the request."""
    return all(first_match(context, [one for part in layer for one in part], "Allow") for layer in limits)


def _statements_by_name(policy: str | None, context: EvalContext) -> dict[Named, list[ParsedStatement]]:
    document = _document(policy or "")
    statements = document.get("Statement") or []
    found: dict[Named, list[ParsedStatement]] = {named: [] for named in Named}
    for statement in statements if isinstance(statements, list) else [statements]:
        named = _named(statement, context)
        if named:
            found[named] += ms.parse_policy({"Version": document.get("Version"), "Statement": statement})
    return found


def _named(statement: Mapping[str, Any], context: EvalContext) -> Named | None:
    """How a statement names the caller; None if it does not."""
    if "NotPrincipal" not in statement:
        return _how(statement.get("Principal"), context)
    values = _values(statement["NotPrincipal"])
    spares = _spares_from_denial if statement.get("Effect") == "Deny" else _spares_from_permission
    return None if spares(values, context) else Named.DIRECTLY


def _spares_from_permission(values: list[Any], context: EvalContext) -> bool:
    return _how({"AWS": values}, context) in (Named.DIRECTLY, Named.BY_ROLE) or _is_root_of(values, context)


def _spares_from_denial(values: list[Any], context: EvalContext) -> bool:
    """Whether a Deny with NotPrincipal exempts the caller.

    AWS may check the account first, then the role and then the session: each must be named. A caller with a
    permissions boundary is always denied.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    if has_boundary(context.principal_arn):
        return False
    if "*" in values or _is_root_of(values, context):
        return True
    named = names_of(context.principal_arn) <= {one for one in values if isinstance(one, str)}
    return named and _names_account(values, context)


def _is_root_of(values: list[Any], context: EvalContext) -> bool:
    return context.principal_arn.endswith(":root") and _names_account(values, context)


def _names_account(values: list[Any], context: EvalContext) -> bool:
    accounts = {found["account"] for one in values if (found := _ACCOUNT.fullmatch(str(one)))}
    return context.principal_account in accounts


def _values(principal: Any) -> list[Any]:  # noqa: ANN401  # of any policy
    given = principal.get("AWS", []) if isinstance(principal, dict) else principal
    return given if isinstance(given, list) else [given]


def _how(principal: Any, context: EvalContext) -> Named | None:  # noqa: ANN401  # of any policy
    values = _values(principal)
    if "*" in values or context.principal_arn in values:
        root = context.principal_arn.endswith(":root") and "*" not in values
        return Named.BY_ACCOUNT if root else Named.DIRECTLY
    if names_of(context.principal_arn) & {one for one in values if isinstance(one, str)}:
        return Named.BY_ROLE
    return Named.BY_ACCOUNT if _names_account(values, context) else None
