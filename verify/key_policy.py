"""Evaluates a key policy document for one request. What this says is a prediction, never a proof.

https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from verify.arns import ACCOUNT_ID, account_of, identity, is_root, same_principal
from verify.conditions import Context, conditions_hold, wildcard_match


class KeyDecision(StrEnum):
    """What the key policy by itself says to a request."""

    ALLOWED = "allowed"
    DELEGATED = "delegated"
    """The policy lets the principal's account decide by its IAM policies."""
    DENIED = "denied"
    NOT_ALLOWED = "not-allowed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class KeyRequest:
    """A KMS request with the condition keys whose values are known."""

    action: str
    principal: str
    key_arn: str
    context: Context


def item_request(
    principal: str, key_arn: str, table_name: str, table_account: str, region: str
) -> KeyRequest:
    """The Decrypt that DynamoDB makes as the caller of an item call.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    """
    context: Context = {
        "kms:EncryptionContextKeys": ("aws:dynamodb:tableName", "aws:dynamodb:subscriberId"),
        "kms:ViaService": f"dynamodb.{region}.amazonaws.com",
        "kms:EncryptionContext:aws:dynamodb:tableName": table_name,
        "kms:EncryptionContext:aws:dynamodb:subscriberId": table_account,
    }
    return key_request("kms:Decrypt", principal, key_arn, context)


def key_request(action: str, principal: str, key_arn: str, context: Context | None = None) -> KeyRequest:
    """A request by a principal, with the condition keys that follow from who it is."""
    account = account_of(principal)
    known: Context = {
        "kms:CallerAccount": account,
        "aws:PrincipalArn": principal,
        "aws:PrincipalAccount": account,
        "aws:SecureTransport": "true",
        "aws:PrincipalIsAWSService": "false",
        **(context or {}),
    }
    return KeyRequest(action, principal, key_arn, known)


def evaluate(document: Mapping[str, Any], request: KeyRequest) -> KeyDecision:
    """What the key policy says; an explicit deny wins. A condition that is not known makes it UNKNOWN."""
    allowed: set[KeyDecision] = set()
    denied: set[bool | None] = set()
    for statement in as_list(document.get("Statement")):
        reach = _reach(statement, request.principal)
        if reach is None or not _covers(statement, request):
            continue
        holds = conditions_hold(statement.get("Condition", {}), request.context)
        if reach is KeyDecision.UNKNOWN and holds:
            holds = None
        if statement.get("Effect") == "Deny":
            denied.add(holds)
        elif holds is None:
            allowed.add(KeyDecision.UNKNOWN)
        elif holds:
            allowed.add(reach)
    if True in denied:
        return KeyDecision.DENIED
    if allowed and None in denied:
        return KeyDecision.UNKNOWN
    order = (KeyDecision.ALLOWED, KeyDecision.DELEGATED, KeyDecision.UNKNOWN)
    return next((one for one in order if one in allowed), KeyDecision.NOT_ALLOWED)


def allowed_principals(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Everyone an Allow statement names: ARNs, account ids, `*`, and the unique ids of deleted principals."""
    found: set[str] = set()
    for statement in as_list(document.get("Statement")):
        if statement.get("Effect") == "Allow" and "Principal" in statement:
            found.update(_aws_principals(statement["Principal"]))
    return tuple(sorted(found))


def has_open_allow(document: Mapping[str, Any]) -> bool:
    """Whether an Allow statement uses NotPrincipal, which lets in everyone it does not name."""
    return any(s.get("Effect") == "Allow" and "NotPrincipal" in s for s in as_list(document.get("Statement")))


def as_list(value: Any) -> list[Any]:  # noqa: ANN401 - a policy document may have one value or several anywhere
    """A policy element as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _aws_principals(principal: Any) -> list[str]:  # noqa: ANN401
    if principal == "*":
        return ["*"]
    return [str(one) for one in as_list(principal.get("AWS"))] if isinstance(principal, Mapping) else []


def _reach(statement: Mapping[str, Any], principal: str) -> KeyDecision | None:
    """Whether a statement speaks of the principal: directly, through its account, or (None) not at all."""
    if "NotPrincipal" in statement:
        return _reach_of_others(_aws_principals(statement["NotPrincipal"]), principal)
    found = {_names(one, principal) for one in _aws_principals(statement.get("Principal"))}
    return next((one for one in (KeyDecision.ALLOWED, KeyDecision.DELEGATED) if one in found), None)


def _reach_of_others(spared: list[str], principal: str) -> KeyDecision | None:
    """Whether a statement with NotPrincipal speaks of the principal.

    It spares a user only when its account is spared too, and a role only in the sessions it names.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    said = {_names(one, principal) for one in spared}
    if KeyDecision.ALLOWED not in said:
        return KeyDecision.ALLOWED
    is_sure = KeyDecision.DELEGATED in said and ":user/" in principal
    return None if is_sure else KeyDecision.UNKNOWN


def _names(entry: str, principal: str) -> KeyDecision | None:
    if entry == "*" or same_principal(entry, principal):
        return KeyDecision.ALLOWED
    is_account = ACCOUNT_ID.fullmatch(entry) is not None or is_root(entry)
    entry_account = entry if ACCOUNT_ID.fullmatch(entry) else account_of(entry)
    return KeyDecision.DELEGATED if is_account and entry_account == account_of(principal) else None


def _covers(statement: Mapping[str, Any], request: KeyRequest) -> bool:
    if "NotAction" in statement:
        action = not _matches_any(statement["NotAction"], request.action, ignore_case=True)
    else:
        action = _matches_any(statement.get("Action"), request.action, ignore_case=True)
    if "NotResource" in statement:
        return action and not _matches_any(statement["NotResource"], request.key_arn)
    return action and _matches_any(statement.get("Resource"), request.key_arn)


def _matches_any(patterns: Any, value: str, *, ignore_case: bool = False) -> bool:  # noqa: ANN401
    return any(wildcard_match(str(pattern), value, ignore_case=ignore_case) for pattern in as_list(patterns))


def concrete_principals(entries: Iterable[str]) -> tuple[str, ...]:
    """The users and roles among the principals of a policy."""
    return tuple(e for e in entries if (who := identity(e)) is not None and who.kind in {"user", "role"})
