"""Authorization of KMS calls by identity policies, the key policy and grants.

https://docs.aws.amazon.com/kms/latest/developerguide/determining-access.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from .. import ministack_adapter as ms
from ..arns import TableName, parse
from ..dynamodb import request_keys
from ..dynamodb.resource_policies import policy_of
from ..errors import ServiceError, request_in
from ..iam.evaluation import combined, resource_decision, within
from ..iam.principals import effective_policy, is_session_of_role
from ..kms import grants
from ..kms.aws_managed_key import is_aws_managed
from ..ministack_adapter import Decision, EvalContext, Principal, Record
from ..organizations import control_policies

PARTIQL = frozenset(
    {
        "dynamodb:BatchExecuteStatement",
        "dynamodb:ExecuteStatement",
        "dynamodb:ExecuteTransaction",
    }
)
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-iam-actions.html
ACROSS_ACCOUNTS = frozenset(
    f"dynamodb:{name}"
    for name in (
        *(
            "BatchGetItem",
            "BatchWriteItem",
            "ConditionCheckItem",
            "DeleteItem",
            "GetItem",
            "PutItem",
            "Query",
        ),
        *("Scan", "UpdateItem", "DeleteTable", "DescribeTable", "UpdateTable"),
        *("ListTagsOfResource", "TagResource", "UntagResource"),
        *("DescribeStream", "GetRecords", "GetShardIterator"),
    )
)
ALWAYS_ALLOWED = frozenset({"sts:GetCallerIdentity", "sts:GetSessionToken"})
CARE_OF_POLICY = frozenset({"dynamodb:DeleteResourcePolicy", "dynamodb:PutResourcePolicy"})


def evaluation_context(who: Principal, action: str, resource: str, keys: Mapping[str, Any]) -> EvalContext:
    """The request's condition keys; their names are not case-sensitive."""
    return ms.EvalContext(
        principal_arn=who.arn,
        principal_type=who.type,
        principal_account=who.account,
        action=action,
        resource_arn=resource,
        region=ms.region(),
        principal_keys=who.keys,
        service_context={name.lower(): value for name, value in {**_of_service(who, action), **keys}.items()},
    )


def _of_service(who: Principal, action: str) -> dict[str, str]:
    """The condition keys that every request to a service has."""
    return {"kms:CallerAccount": who.account} if action.lower().startswith("kms:") else {}


def identity_decision(who: Principal, context: EvalContext) -> Decision:
    """The decision of the caller's identity policies. The root user has none and can do everything in its
    account.
    """
    decision: Decision = (
        ms.EvalResult("Allow") if who.policies is None else ms.evaluate(context, who.policies, *who.limits)
    )
    return decision


def denial(
    who: Principal,
    action: str,
    key: Record,
    keys: Mapping[str, Any],
    encryption_context: Mapping[str, str] | None = None,
) -> str | None:
    """KMS's error message if the caller is not allowed `action` on the key; None otherwise.

    `keys` are the condition keys of the call. `encryption_context` is None for calls without one, such as
    kms:DescribeKey.
    """
    pairs = dict(encryption_context or {})
    condition_keys: dict[str, Any] = {
        **keys,
        **{f"kms:EncryptionContext:{name}": value for name, value in pairs.items()},
    }
    if pairs:
        condition_keys["kms:EncryptionContextKeys"] = list(pairs)
    context = evaluation_context(who, action, key["Arn"], condition_keys)
    identity = identity_decision(who, context)
    policy, owner = effective_policy(key), _owner(key)
    decision = combined(identity, context, policy, owner, required=True, limits=who.limits).decision
    operation = action.removeprefix("kms:")
    granted = decision == "ImplicitDeny" and grants.allows(key["Arn"], who.arn, operation, pairs)
    if decision == "Allow" or (granted and _is_within_limits(who, context)):
        return _denied_by_control_policies(context, "" if is_aws_managed(key) else owner)
    return _not_authorized(context) + _reason(decision, identity.decision, action)


def _is_within_limits(who: Principal, context: EvalContext) -> bool:
    """AWS does not document whether the boundary of a role limits a grant to it: assume that it does."""
    return not is_session_of_role(who.arn) or within(who.limits, context)


def _not_authorized(context: EvalContext) -> str:
    return (
        f"User: {context.principal_arn} is not authorized to perform: {context.action} "
        f"on resource: {context.resource_arn} "
    )


def _denied_by_control_policies(context: EvalContext, owner: str) -> str | None:
    """The error message if control policies deny the request. They do not apply to AWS managed keys."""
    refused = control_policies.refusal(context, owner)
    if refused is None:
        return None
    if refused.is_explicit:
        return f"{_not_authorized(context)}with an explicit deny in a {refused.kind}"
    return f"{_not_authorized(context)}because no {refused.kind} allows the {context.action} action"


def _owner(key: Record) -> str:
    arn = parse(key["Arn"])
    if arn is None:
        raise ValueError(f"{key['Arn']} is no key ARN")
    return arn.account


def _reason(decision: str, identity_decision: str, action: str) -> str:
    if decision == "Deny":
        where = "an identity-based policy" if identity_decision == "Deny" else "a resource-based policy"
        return f"with an explicit deny in {where}"
    kind = "resource-based" if identity_decision == "Allow" else "identity-based"
    return f"because no {kind} policy allows the {action} action"


def identity_denial(who: Principal, action: str, resource: str, keys: Mapping[str, Any]) -> str | None:
    """The error message if the caller's identity policies do not allow `action` without a key; None if they
    do.
    """
    context = evaluation_context(who, action, resource, keys)
    decision = identity_decision(who, context).decision
    if decision == "Allow":
        return _denied_by_control_policies(context, who.account)
    return _not_authorized(context) + _reason(decision, decision, action)


def outside(caller_arn: str, action: str) -> str:
    """The error for a key of another account that does not exist or is hidden from the caller."""
    return (
        f"User: {caller_arn} is not authorized to perform: {action} on this resource because the resource "
        "does not exist in this Region, no resource-based policies allow access, or a resource-based policy "
        "explicitly denies access"
    )


def decided_elsewhere(enforce: Callable[..., Any]) -> Callable[..., Any]:
    """Replaces ministack's check before each call, except for decisions that it makes correctly.

    Ministack supports neither grants nor condition keys of KMS, and does not know the tables of a PartiQL
    statement. For these calls, only the signature is verified here, and `kms.direct_calls` and
    `dynamodb.resource_policies` decide. Ministack evaluates no policies for a root user.
    """

    def check(key_id: str, action: str, service: str, *rest: object, **more: Any) -> object:  # noqa: ANN401
        if service == "kms" or action in PARTIQL:
            return ms.authentication_failure(key_id, service)
        resource = more["resource_arn"] = _resource(action, str(more.get("resource_arn", "*")))
        given = more.pop("service_context", None) or {}
        for keys in _keys_of_call(action, service, resource):
            refused: object = enforce(
                key_id, action, service, *rest, **more, service_context={**given, **keys}
            )
            if refused is None and service == "dynamodb":
                who = ms.principal(key_id)
                refused = _outside(who, action, resource) or _root_refused(who, action, resource, keys)
            refused = refused or _controlled(ms.principal(key_id), action, resource, {**given, **keys})
            if refused is not None:
                return refused
        return None

    return check


def _resource(action: str, resource: str) -> str:
    """The resource of a call: ministack reads neither the ARN in calls about tags nor streams."""
    if resource != "*" or not action.startswith("dynamodb:"):
        return resource
    try:
        request = request_in(ms.signed_body())
        stream = request.get("StreamArn") or ms.stream_of(request.get("ShardIterator", ""))
        return str(request.get("ResourceArn") or stream or resource)
    except ServiceError:
        return resource  # the service refuses it in its own words


def _keys_of_call(action: str, service: str, resource: str) -> list[dict[str, Any]]:
    if service != "dynamodb":
        return [{}]
    try:
        request = request_in(ms.signed_body())
    except ServiceError:
        return [{}]  # the service refuses it with its own message
    return request_keys.condition_keys(ms.operation(), action, TableName.of(resource), request)


def _outside(who: Principal, action: str, arn: str) -> Decision | None:
    """The denial of an action that no table policy can allow to another account."""
    found = parse(arn)
    if found is None or found.account == who.account or action in ACROSS_ACCOUNTS:
        return None
    decision: Decision = ms.EvalResult("ImplicitDeny", who.arn)
    return decision


def _controlled(who: Principal, action: str, arn: str, keys: Mapping[str, Any]) -> Decision | None:
    """The decision of the control policies if they refuse a call that everything else allows."""
    found = parse(arn)
    context = evaluation_context(who, action, arn, keys)
    refused = control_policies.refusal(context, found.account if found else who.account)
    if refused is None or action in ALWAYS_ALLOWED:
        return None
    decision: Decision = ms.EvalResult("Deny" if refused.is_explicit else "ImplicitDeny", who.arn)
    return decision


def _root_refused(who: Principal, action: str, arn: str, keys: Mapping[str, Any]) -> Decision | None:
    """Whether a table policy denies a root user's request, for which ministack evaluates no policies.

    The policy of a table of its account can deny it everything but changing and deleting that policy.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutResourcePolicy.html
    """
    found = policy_of(arn)
    if who.policies is not None or found is None:
        return None
    policy, owner = found
    is_own = owner == who.account
    if is_own and action in CARE_OF_POLICY:
        return None
    decision: Decision = resource_decision(policy, evaluation_context(who, action, arn, keys))
    if decision.decision == "Allow" or (is_own and decision.decision != "Deny"):
        return None
    decision.principal_arn = who.arn
    return decision
