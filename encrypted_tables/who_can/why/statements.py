"""Writes the smallest statements that allow one request, or that exempt it from a denial. Pure functions."""

from collections.abc import Mapping
from typing import Any

from encrypted_tables.iam.documents import Statement, as_list
from encrypted_tables.iam.matching import matches
from encrypted_tables.iam.policy import Request
from encrypted_tables.iam.request_context import encryption_context
from encrypted_tables.who_can.why.case import Case, Gate, Half
from encrypted_tables.who_can.why.reasons import RESOURCE_POLICIES

_PRINCIPAL_ARN = "aws:PrincipalArn"
_ACTIONS = ("Action", "NotAction")
_RESOURCES = ("Resource", "NotResource")


def allowing(case: Case, half: Half, gate: Gate, *, is_shared: bool) -> Statement:
    """The statement that allows one request to this principal only.

    Args:
        case: the principal, the table and the action.
        half: the request to allow.
        gate: the kind of policy that the statement is for.
        is_shared: whether the policy applies to other principals as well.
    """
    conditions: dict[str, dict[str, str]] = {}
    table = case.subject.table
    if half.gate is Gate.KEY_POLICY:
        context = encryption_context(table.name, table.account)
        conditions["StringEquals"] = {
            "kms:ViaService": f"dynamodb.{table.region}.amazonaws.com",
            **{f"kms:EncryptionContext:{name}": value for name, value in context.items()},
        }
    if is_shared and gate not in RESOURCE_POLICIES:
        conditions["ArnEquals"] = {_PRINCIPAL_ARN: case.holder_arn}
    named: Any = {"AWS": case.holder_arn} if gate in RESOURCE_POLICIES else "*"
    return {
        "Effect": "Allow",
        **({"Principal": named} if gate in {*RESOURCE_POLICIES, Gate.RCP} else {}),
        "Action": half.request.action,
        "Resource": "*" if gate is Gate.KEY_POLICY else half.request.resource,
        **({"Condition": conditions} if conditions else {}),
    }


def sparing(
    statement: Statement, request: Request, arn: str, gate: Gate, *, is_shared: bool
) -> list[Statement]:
    """The statements that replace a denial, so that it denies everything except this request.

    Args:
        statement: the denial.
        request: what it must not deny.
        arn: the principal.
        gate: the kind of policy that the denial is in.
        is_shared: whether the policy applies to other principals as well.
    """
    rest = _without(statement, request, gate)
    if not is_shared or _is_about(statement, arn):
        return [] if rest is None else [rest]
    spared = _with_condition(statement, "ArnNotEquals", arn)
    if rest is None:
        return [spared]
    unnamed = {
        name: value for name, value in rest.items() if name not in {"Sid", "Principal", "NotPrincipal"}
    }
    for_it = _with_condition(unnamed, "ArnEquals", arn)
    principal = {"Principal": "*"} if "Principal" in statement or "NotPrincipal" in statement else {}
    return [spared, {"Effect": "Deny", **principal, **for_it}]


def _is_about(statement: Statement, arn: str) -> bool:
    """Whether a statement applies only to this principal, by its condition or principal."""
    condition = statement.get("Condition")
    of_condition = condition.get("ArnEquals") if isinstance(condition, Mapping) else None
    if isinstance(of_condition, Mapping) and of_condition.get(_PRINCIPAL_ARN) == arn:
        return True
    principal = statement.get("Principal")
    return isinstance(principal, Mapping) and set(principal) == {"AWS"} and as_list(principal["AWS"]) == [arn]


def _without(statement: Statement, request: Request, gate: Gate) -> Statement | None:
    """The statement without the request; None if nothing remains."""
    actions, action = as_list(statement.get("Action")), request.action
    others = [one for one in actions if not matches(str(one).lower(), action.lower())]
    matching = [one for one in actions if one not in others]
    if others and all(str(one).lower() == action.lower() for one in matching):
        return {**statement, "Action": others}
    if gate in RESOURCE_POLICIES:
        return _but_the_action(statement, others, action)
    if as_list(statement.get("Resource")) == ["*"] or "NotResource" in statement:
        spared = [*as_list(statement.get("NotResource")), request.resource]
        kept = {name: value for name, value in statement.items() if name not in _RESOURCES}
        return {**kept, "NotResource": spared}
    return None


def _but_the_action(statement: Statement, others: list[Any], action: str) -> Statement | None:
    """The statement for all other actions. In a resource policy, these are all other actions of its
    service.
    """
    kept = {name: value for name, value in statement.items() if name not in _ACTIONS}
    if "NotAction" in statement:
        return {**kept, "NotAction": [*as_list(statement["NotAction"]), action]}
    everything = {"*", f"{action.partition(':')[0]}:*"}
    if everything.intersection(map(str, as_list(statement.get("Action")))):
        return {**kept, "NotAction": action}
    return {**kept, "Action": others} if others else None


def _with_condition(statement: Statement, operator: str, arn: str) -> Statement:
    """The statement with an additional condition on the principal."""
    block: dict[str, Any] = dict(statement.get("Condition") or {})
    keys: dict[str, Any] = dict(block.get(operator) or {})
    name = next((one for one in keys if one.lower() == _PRINCIPAL_ARN.lower()), _PRINCIPAL_ARN)
    values = [*as_list(keys.get(name)), arn]
    return {**statement, "Condition": {**block, operator: {**keys, name: values if len(values) > 1 else arn}}}
