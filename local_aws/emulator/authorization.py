"""Who may do what with a KMS key: identity policies, the key policy and grants together.

https://docs.aws.amazon.com/kms/latest/developerguide/determining-access.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from local_aws.emulator import grants
from local_aws.emulator import ministack_adapter as ms
from local_aws.emulator.arns import find_key, parse
from local_aws.emulator.ministack_adapter import Record
from local_aws.emulator.principals import effective_policy


def key_policy_of(arn: str) -> tuple[str, str] | None:
    """The policy that counts for a key or alias ARN, and the account that owns it."""
    key = find_key(arn)
    owner = parse(arn)
    return (effective_policy(key), owner.account) if key and owner else None


def evaluation_context(who: Any, action: str, resource: str, keys: Mapping[str, Any]) -> Any:
    """The request as policies see it; the names of condition keys are not case-sensitive."""
    return ms.EvalContext(
        principal_arn=who.arn,
        principal_type=who.type,
        principal_account=who.account,
        action=action,
        resource_arn=resource,
        region=ms.region(),
        principal_keys=who.keys,
        service_context={
            name.lower(): value for name, value in {"kms:CallerAccount": who.account, **keys}.items()
        },
    )


def identity_decision(who: Any, context: Any) -> Any:
    """What the caller's own policies say; the root user has none and may do everything of its account."""
    if who.policies is None:
        return ms.EvalResult("Allow")
    return ms.evaluate(context, who.policies, *who.limits)


def denial(
    who: Any,
    action: str,
    key: Record,
    keys: Mapping[str, Any],
    encryption_context: Mapping[str, str] | None = None,
) -> str | None:
    """Why the caller may not do `action` on the key, in KMS's words; None when it may.

    `keys` are the condition keys of the call. `encryption_context` None is for the calls that
    have none, such as kms:DescribeKey.
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
    decision = ms.combine_resource_policy(
        identity, context, policy, owner, required=True, limits=who.limits
    ).decision
    if decision == "Allow":
        return None
    if decision != "Deny" and grants.allows(key["Arn"], who.arn, action.removeprefix("kms:"), pairs):
        return None
    return f"User: {who.arn} is not authorized to perform: {action} on resource: {key['Arn']} " + _reason(
        decision, identity.decision, action
    )


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


def identity_denial(who: Any, action: str, resource: str, keys: Mapping[str, Any]) -> str | None:
    """Why the caller's own policies do not let it do `action`; None when they do. For calls that use no key."""
    decision = identity_decision(who, evaluation_context(who, action, resource, keys)).decision
    if decision == "Allow":
        return None
    return f"User: {who.arn} is not authorized to perform: {action} on resource: {resource} " + _reason(
        decision, decision, action
    )


def authenticate_kms_only(enforce: Callable[..., Any]) -> Callable[..., Any]:
    """ministack's check before each call, without its decision for KMS.

    ministack knows neither grants nor the condition keys of KMS calls, and lets the root user pass any
    key policy. For KMS it therefore only verifies the signature here; `kms_authorization` decides.
    """

    def check(access_key_id: str, iam_action: str, service: str, *rest: Any, **more: Any) -> Any:
        if service == "kms":
            return ms.authentication_failure(access_key_id, service)
        return enforce(access_key_id, iam_action, service, *rest, **more)

    return check
