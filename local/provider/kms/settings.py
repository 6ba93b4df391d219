"""Reads and changes single settings of keys and replica keys."""

import json
from typing import Any

from botocore.exceptions import ClientError

from local.provider import tags
from local.provider.call import Call
from local.provider.errors import is_code
from local.provider.policy_document import same_policy
from local.provider.values import Properties

PENDING = ("PendingDeletion", "PendingReplicaDeletion")


def given(inputs: Properties) -> dict[str, Any]:
    """What a request to create a key or a replica contains. Like the official plugin, it leaves out what is
    empty or false.
    """
    request = {
        "BypassPolicyLockoutSafetyCheck": inputs["bypassPolicyLockoutSafetyCheck"],
        "Description": inputs["description"],
        "Policy": inputs.get("policy"),
        "Tags": tags.to_list(inputs.get("tags"), "TagKey", "TagValue"),
    }
    return {name: value for name, value in request.items() if value}


def describe(call: Call, key: str) -> dict[str, Any] | None:
    """The key's metadata; None if it does not exist or is pending deletion."""
    try:
        metadata: dict[str, Any] = call.client("kms").describe_key(KeyId=key)["KeyMetadata"]
    except ClientError as error:
        if is_code(error, "NotFoundException"):
            return None
        raise
    return None if metadata["KeyState"] in PENDING else metadata


def read_policy(call: Call, key: str, known: str | None) -> str:
    """The key policy; the program's text if it is equivalent."""
    text: str = call.client("kms").get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    if known and same_policy(text, known):
        return known
    return json.dumps(json.loads(text), separators=(",", ":"))


def read_rotation(call: Call, key: str, metadata: Properties) -> dict[str, Any]:
    """Rotation and its period; only symmetric keys with key material from KMS have rotation.

    While rotation is off, AWS does not return the period; the official plugin returns 0.
    """
    if metadata.get("KeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT":
        return {"enableKeyRotation": False, "rotationPeriodInDays": 0}
    status = call.client("kms").get_key_rotation_status(KeyId=key)
    enabled = status["KeyRotationEnabled"]
    return {
        "enableKeyRotation": enabled,
        "rotationPeriodInDays": status.get("RotationPeriodInDays", 0) if enabled else 0,
    }


def read_tags(call: Call, key: str) -> dict[str, Any]:
    """The key's tags."""
    pages = call.client("kms").get_paginator("list_resource_tags").paginate(KeyId=key)
    return tags.from_list([tag for page in pages for tag in page["Tags"]], "TagKey", "TagValue")


def set_enabled(call: Call, key: str, enabled: bool) -> None:
    """EnableKey or DisableKey."""
    kms = call.client("kms")
    (kms.enable_key if enabled else kms.disable_key)(KeyId=key)


def set_rotation(call: Call, key: str, inputs: Properties) -> None:
    """Turn rotation on, with its period if one is given, or off."""
    kms = call.client("kms")
    if not inputs.get("enableKeyRotation"):
        kms.disable_key_rotation(KeyId=key)
        return
    period = inputs.get("rotationPeriodInDays")
    kms.enable_key_rotation(KeyId=key, **({"RotationPeriodInDays": period} if period else {}))


def put_policy(call: Call, key: str, policy: str, bypass: bool) -> None:
    """PutKeyPolicy, retried while KMS does not yet know a new user or role in it."""
    kms, check = call.client("kms"), {"BypassPolicyLockoutSafetyCheck": True} if bypass else {}
    call.after_iam_propagation(
        policy, lambda: kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy, **check)
    )


def update_common(call: Call, key: str, new: Properties, changed: set[str]) -> None:
    """Change description and policy."""
    if "description" in changed:
        call.client("kms").update_key_description(KeyId=key, Description=new.get("description", ""))
    if "policy" in changed:
        put_policy(call, key, new["policy"], new.get("bypassPolicyLockoutSafetyCheck", False))


def change_tags(call: Call, key: str, old: Properties, new: Properties) -> None:
    """Remove and set the tags that differ."""
    kms, change = call.client("kms"), tags.change(old, new)
    if change.remove:
        kms.untag_resource(KeyId=key, TagKeys=change.remove)
    if change.set:
        kms.tag_resource(KeyId=key, Tags=tags.to_list(change.set, "TagKey", "TagValue"))


def schedule_deletion(call: Call, key: str, days: int | None) -> None:
    """Schedule the deletion, unless it is already scheduled. AWS's default of 30 days when `days` is left
    out.
    """
    kms = call.client("kms")
    try:
        kms.schedule_key_deletion(KeyId=key, **({"PendingWindowInDays": days} if days else {}))
    except ClientError as error:
        gone = is_code(error, "NotFoundException")
        pending = is_code(error, "KMSInvalidStateException") and "pending" in str(error)
        if not (gone or pending):
            raise
    call.wait_until("the key to be pending deletion", lambda: describe(call, key) is None)
