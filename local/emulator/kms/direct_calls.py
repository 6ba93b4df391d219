"""Direct KMS calls: the permissions, resources and condition keys of each.

https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .. import ministack_adapter as ms
from ..arns import find_key, key_arn, parse
from ..iam.conditions import Either
from ..kms.key_access import denial, identity_denial, outside
from ..ministack_adapter import Record, Response

# The operations that principals of other accounts may call on a key, by its ARN.
CROSS_ACCOUNT = frozenset(
    {
        "CreateGrant",
        "Decrypt",
        "DescribeKey",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateMac",
        "GetKeyRotationStatus",
        "GetPublicKey",
        "ListGrants",
        "ReEncrypt",
        "RetireGrant",
        "RevokeGrant",
        "Sign",
        "Verify",
        "VerifyMac",
    }
)
# Request field -> condition key with the same value.
CONDITION_KEYS = {
    "BypassPolicyLockoutSafetyCheck": "kms:BypassPolicyLockoutSafetyCheck",
    "EncryptionAlgorithm": "kms:EncryptionAlgorithm",
    "GranteePrincipal": "kms:GranteePrincipal",
    "KeySpec": "kms:KeySpec",
    "KeyUsage": "kms:KeyUsage",
    "MultiRegion": "kms:MultiRegion",
    "Operations": "kms:GrantOperations",
    "Origin": "kms:KeyOrigin",
    "PendingWindowInDays": "kms:ScheduleKeyDeletionPendingWindowInDays",
    "ReplicaRegion": "kms:ReplicaRegion",
    "RetiringPrincipal": "kms:RetiringPrincipal",
    "RotationPeriodInDays": "kms:RotationPeriodInDays",
}
# https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-grant-is-for-aws-resource
ABOUT_GRANTS = frozenset({"CreateGrant", "ListGrants", "RevokeGrant"})
KEY_ID_LENGTH = 36


@dataclass(frozen=True)
class Permission:
    """One action on one resource; `key` is set when the resource is a KMS key that exists."""

    action: str
    resource: str
    key: Record | None = None


def refusal(headers: Mapping[str, str], operation: str, request: Mapping[str, Any]) -> Response | None:
    """The error of a call that the caller is not allowed to make; None otherwise."""
    who = ms.caller(headers)
    for permission in permissions(operation, request):
        arn = parse(permission.resource)
        if arn and arn.account != who.account and (permission.key is None or operation not in CROSS_ACCOUNT):
            text: str | None = outside(who.arn, permission.action)
        elif permission.key:
            keys = condition_keys(operation, request, permission.key)
            text = denial(who, permission.action, permission.key, keys, _encryption_context(request))
        else:
            keys = condition_keys(operation, request, None)
            text = identity_denial(who, permission.action, permission.resource, keys)
        if text:
            return ms.error("AccessDeniedException", text)
    return None


def permissions(operation: str, request: Mapping[str, Any]) -> list[Permission]:
    """All permissions that a call needs."""
    if operation in ("CreateAlias", "UpdateAlias", "DeleteAlias"):
        return _of_alias_call(f"kms:{operation}", request)
    if operation == "ReEncrypt":
        source = request.get("SourceKeyId") or key_id_in(request.get("CiphertextBlob"))
        return [
            _on_key("kms:ReEncryptFrom", source or ""),
            _on_key("kms:ReEncryptTo", str(request.get("DestinationKeyId") or "")),
        ]
    if operation == "ReplicateKey":
        return [
            _on_key("kms:ReplicateKey", str(request.get("KeyId") or "")),
            Permission("kms:CreateKey", "*"),
        ]
    if operation == "ListAliases":
        return [Permission("kms:ListAliases", "*")]
    reference = request.get("KeyId") or key_id_in(request.get("CiphertextBlob"))
    return [_on_key(f"kms:{operation}", str(reference)) if reference else Permission(f"kms:{operation}", "*")]


def _of_alias_call(action: str, request: Mapping[str, Any]) -> list[Permission]:
    """The alias (identity policies only), its key, and its new key."""
    alias = key_arn(str(request.get("AliasName", "")))
    found = [Permission(action, alias)]
    if old := find_key(alias):
        found.append(Permission(action, old["Arn"], old))
    if target := request.get("TargetKeyId"):
        found.append(_on_key(action, str(target)))
    return found


def _on_key(action: str, reference: str) -> Permission:
    key = find_key(reference)
    return Permission(action, key["Arn"] if key else key_arn(reference), key)


def key_id_in(ciphertext: object) -> str | None:
    """The id of the key that encrypted a ciphertext, from the ciphertext's first bytes."""
    if not isinstance(ciphertext, str):
        return None
    try:
        return base64.b64decode(ciphertext, validate=True)[:KEY_ID_LENGTH].decode("ascii")
    except ValueError:
        return None


def _encryption_context(request: Mapping[str, Any]) -> Mapping[str, str] | None:
    context = request.get("EncryptionContext") or request.get("SourceEncryptionContext")
    if context is None:
        constraints = request.get("Constraints") or {}
        context = constraints.get("EncryptionContextSubset") or constraints.get("EncryptionContextEquals")
    return context if isinstance(context, dict) else None


def condition_keys(operation: str, request: Mapping[str, Any], key: Record | None) -> dict[str, Any]:
    """The condition keys of a direct call, from the request and from its key."""
    keys: dict[str, Any] = {"aws:ViaAWSService": "false"}
    for field, name in CONDITION_KEYS.items():
        if field in request:
            value = request[field]
            keys[name] = str(value).lower() if isinstance(value, bool) else value
    if operation in ABOUT_GRANTS:
        keys["kms:GrantIsForAWSResource"] = "false"
    if "Operations" in request:
        keys["kms:GrantConstraintType"] = _constraint_type(request.get("Constraints") or {})
    tags = request.get("Tags") or []
    if tags or request.get("TagKeys"):
        keys["aws:TagKeys"] = [tag["TagKey"] for tag in tags] + list(request.get("TagKeys") or [])
        keys |= {f"aws:RequestTag/{tag['TagKey']}": tag.get("TagValue", "") for tag in tags}
    if str(request.get("KeyId", "")).startswith("alias/"):
        keys["kms:RequestAlias"] = request["KeyId"]
    return {**keys, **_of_key(key)} if key else keys


def _constraint_type(constraints: Mapping[str, Any]) -> object:
    """The constraint of a new grant.

    AWS does not document whether an empty map counts as a constraint, nor the value with two constraints.
    """
    kinds = tuple(constraints)
    if len(kinds) == 1 and constraints[kinds[0]]:
        return kinds[0]
    possible = kinds if any(constraints.values()) else (*kinds, None)
    return Either(possible) if kinds else None


def _of_key(key: Record) -> dict[str, Any]:
    return {
        "kms:KeySpec": key.get("KeySpec"),
        "kms:KeyUsage": key.get("KeyUsage"),
        "kms:KeyOrigin": key.get("Origin"),
        "kms:MultiRegion": str(bool(key.get("MultiRegion"))).lower(),
        "kms:ResourceAliases": [
            f"alias/{arn.partition(':alias/')[2]}" for arn, key_id in ms.aliases() if key_id == key["KeyId"]
        ],
        **{f"aws:ResourceTag/{tag['TagKey']}": tag.get("TagValue", "") for tag in key.get("Tags") or []},
    }
