"""The last use of each key, for kms:GetKeyLastUsage.

https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyLastUsage.html
"""

from collections.abc import Mapping
from typing import Any

from .. import clock
from ..arns import parse
from ..cloudtrail.events import CalledApi, record
from ..ministack_adapter import Record

OPERATIONS = frozenset(
    {
        "Decrypt",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateMac",
        "ReEncrypt",
        "Sign",
    }
)


def note(caller: str, operation: str, key: Record, context: Mapping[str, str]) -> None:
    """Record a successful cryptographic operation with the key."""
    arn = parse(key["Arn"])
    if arn is None:
        raise ValueError(f"{key['Arn']} is no key ARN")
    request = {"keyId": key["Arn"], "encryptionContext": dict(context)}
    call = CalledApi(
        arn.account, arn.region, "kms.amazonaws.com", operation, caller, request, key_arn=key["Arn"]
    )
    event_id = record(call, slot=key["Arn"])
    key["_last_use"] = {"Operation": operation, "Timestamp": clock.now(), "CloudTrailEventId": event_id}


def shown(key: Record) -> dict[str, Any]:
    """The response of kms:GetKeyLastUsage. Uses are recorded since the key's creation."""
    return {
        "KeyId": key["Arn"],
        "KeyLastUsage": key.get("_last_use") or {},
        "TrackingStartDate": key["CreationDate"],
        "KeyCreationDate": key["CreationDate"],
    }
