"""KMS's checks of requests besides permissions: names, numbers, states, tags.

https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
"""

import re
from collections.abc import Mapping
from typing import Any

from .. import ministack_adapter as ms
from .. import tags
from ..arns import find_key, key_arn, parse
from ..errors import ServiceError, out_of_constraint
from ..ministack_adapter import Record

ALIAS_PATTERN = "^[a-zA-Z0-9:/_-]+$"
ALIASES_PER_KEY = 50
DESCRIPTION_CHARACTERS = 8192
ON_DEMAND_ROTATIONS = 25
NUMBERS = {
    "EnableKeyRotation": ("RotationPeriodInDays", 90, 2560),
    "ScheduleKeyDeletion": ("PendingWindowInDays", 7, 30),
}
TAKES_AN_ALIAS = frozenset(
    [
        "Decrypt",
        "DescribeKey",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateMac",
        "GetPublicKey",
        "ReEncrypt",
        "Sign",
        "Verify",
        "VerifyMac",
        "ListAliases",
    ]
)
NOT_WHILE_PENDING_DELETION = frozenset(
    [
        "CreateAlias",
        "CreateGrant",
        "DisableKey",
        "DisableKeyRotation",
        "EnableKey",
        "EnableKeyRotation",
        "ReplicateKey",
        "RotateKeyOnDemand",
        "ScheduleKeyDeletion",
        "TagResource",
        "UntagResource",
        "UpdateAlias",
        "UpdateKeyDescription",
    ]
)
NOT_WHILE_DISABLED = frozenset(
    ["CreateGrant", "DisableKeyRotation", "EnableKeyRotation", "RotateKeyOnDemand"]
)
ROTATION = frozenset(
    [
        "DisableKeyRotation",
        "EnableKeyRotation",
        "GetKeyRotationStatus",
        "ListKeyRotations",
        "RotateKeyOnDemand",
    ]
)
PENDING = {"PendingDeletion": "pending deletion", "PendingReplicaDeletion": "pending replica deletion"}


def check(operation: str, request: Mapping[str, Any]) -> None:
    """Raise if KMS would reject the call.

    Raises:
        ServiceError: with KMS's code and message.
    """
    _check_numbers(operation, request)
    if len(request.get("Description") or "") > DESCRIPTION_CHARACTERS:
        limit = f"Member must have length less than or equal to {DESCRIPTION_CHARACTERS}"
        raise out_of_constraint("description", "…", limit)
    if operation in ("GetKeyPolicy", "PutKeyPolicy") and request.get("PolicyName", "default") != "default":
        raise ServiceError("NotFoundException", "No such policy exists")
    key = _named_key(operation, request)
    if operation in ("CreateAlias", "UpdateAlias", "DeleteAlias"):
        _check_alias(operation, request, key)
    if key:
        _check_state(operation, key)
        _check_kind(operation, key)
    if operation in ("CreateKey", "ReplicateKey", "TagResource"):
        _check_tags(
            request.get("Tags") or [], (key or {}).get("Tags") or [] if operation == "TagResource" else []
        )


def _check_numbers(operation: str, request: Mapping[str, Any]) -> None:
    if operation not in NUMBERS:
        return
    field, least, most = NUMBERS[operation]
    value = request.get(field)
    if value is None or least <= value <= most:
        return
    bound = f"greater than or equal to {least}" if value < least else f"less than or equal to {most}"
    raise out_of_constraint(field[0].lower() + field[1:], value, f"Member must have value {bound}")


def _named_key(operation: str, request: Mapping[str, Any]) -> Record | None:
    reference = request.get("TargetKeyId") or request.get("KeyId")
    if not reference:
        return None
    full = key_arn(str(reference))
    arn = parse(full)
    if arn is None or arn.service != "kms":
        raise ServiceError("NotFoundException", f"Invalid keyId {reference}")
    if arn.region != ms.region():
        raise ServiceError("NotFoundException", f"Invalid arn {arn.region}")
    is_alias = arn.resource.startswith("alias/")
    if is_alias and request.get("TargetKeyId"):
        raise ServiceError("ValidationException", "Aliases must refer to keys. Not aliases")
    if is_alias and operation not in TAKES_AN_ALIAS:
        raise ServiceError("NotFoundException", f"Invalid keyId {reference}")
    key = find_key(full)
    if key is None:
        text = f"Alias {full} is not found." if is_alias else f"Key '{full}' does not exist"
        raise ServiceError("NotFoundException", text)
    return key


def _check_alias(operation: str, request: Mapping[str, Any], target: Record | None) -> None:
    name = str(request.get("AliasName", ""))
    if not re.fullmatch(r"[a-zA-Z0-9:/_-]{1,256}", name):
        raise out_of_constraint(
            "aliasName", name, f"Member must satisfy regular expression pattern: {ALIAS_PATTERN}"
        )
    if not name.startswith("alias/") or name == "alias/":
        raise ServiceError("ValidationException", 'Alias must start with the prefix "alias/".')
    if name.startswith("alias/aws/"):
        raise ServiceError("NotAuthorizedException", "")
    full = key_arn(name)
    existing = find_key(full)
    if operation == "CreateAlias" and existing:
        raise ServiceError("AlreadyExistsException", f"An alias with the name {full} already exists")
    if operation != "CreateAlias" and existing is None:
        raise ServiceError("NotFoundException", f"Alias {full} is not found.")
    if target and target is not existing:
        count = sum(key_id == target["KeyId"] for _, key_id in ms.aliases())
        if count >= ALIASES_PER_KEY:
            raise ServiceError(
                "LimitExceededException", f"Key {target['Arn']} has {ALIASES_PER_KEY} aliases already"
            )


def _check_state(operation: str, key: Record) -> None:
    state = key["KeyState"]
    if operation == "CancelKeyDeletion" and state not in PENDING:
        raise ServiceError("KMSInvalidStateException", f"{key['Arn']} is not pending deletion.")
    if state in PENDING and operation in NOT_WHILE_PENDING_DELETION:
        raise ServiceError("KMSInvalidStateException", f"{key['Arn']} is {PENDING[state]}.")
    if state == "Disabled" and operation in NOT_WHILE_DISABLED:
        raise ServiceError("DisabledException", f"{key['Arn']} is disabled.")


def _check_kind(operation: str, key: Record) -> None:
    if operation not in ROTATION:
        return
    if (
        key.get("KeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT"
        or key.get("Origin", "AWS_KMS") != "AWS_KMS"
    ):
        raise ServiceError("UnsupportedOperationException", f"{operation} is not supported for {key['Arn']}.")
    if operation != "RotateKeyOnDemand":
        return
    if key.get("_mrk_type") == "REPLICA":
        raise ServiceError(
            "UnsupportedOperationException", f"{key['Arn']} is a replica: rotate its primary key."
        )
    if len(key.get("_rotations") or []) >= ON_DEMAND_ROTATIONS:
        raise ServiceError(
            "LimitExceededException", f"{key['Arn']} has been rotated on demand {ON_DEMAND_ROTATIONS} times."
        )


def _check_tags(new: list[Mapping[str, str]], present: list[Mapping[str, str]]) -> None:
    values = {tag.get("TagKey", ""): tag.get("TagValue", "") for tag in new}
    tags.check(values, duplicates=len(values) < len(new), invalid="TagException")
    if tags.are_too_many(values, [tag["TagKey"] for tag in present]):
        raise ServiceError("LimitExceededException", f"A key can have {tags.PER_RESOURCE} tags")
