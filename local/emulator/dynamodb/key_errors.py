"""KMS errors as DynamoDB returns them to its callers."""

import uuid

from .. import ministack_adapter as ms
from ..ministack_adapter import Record, Response

_MODEL = "com.amazonaws.services.kms.model"


def _passed_on(
    kind: str, exception: str, code: str, text: str, *, dynamodb_code: str, status: int = 400
) -> Response:
    return ms.error(
        dynamodb_code,
        f"KMS {kind} error: {_MODEL}.{exception}: {text} (Service: AWSKMS; Status Code: 400; "
        f"Error Code: {code}; Request ID: {uuid.uuid4()}; Proxy: null)",
        status,
    )


def access_denied(text: str) -> Response:
    """The caller may not use the key."""
    return _passed_on(
        "key access denied",
        "AWSKMSException",
        "AccessDeniedException",
        text,
        dynamodb_code="AccessDeniedException",
    )


def not_found(text: str) -> Response:
    """There is no such key or alias."""
    return _passed_on(
        "validation", "NotFoundException", "NotFoundException", text, dynamodb_code="ValidationException"
    )


def not_symmetric() -> Response:
    """The key is an asymmetric or HMAC key: DynamoDB answers with a server error, each time."""
    return _passed_on(
        "internal",
        "AWSKMSException",
        "ValidationException",
        "EncryptionContext is supported only when creating a grant for a symmetric encryption KMS key.",
        dynamodb_code="InternalServerError",
        status=500,
    )


def unusable(key: Record) -> Response | None:
    """The error for a key that is not enabled; None when it is."""
    state, arn = key["KeyState"], key["Arn"]
    if state == "Enabled":
        return None
    if state == "Disabled":
        return _passed_on(
            "key disabled",
            "DisabledException",
            "DisabledException",
            f"{arn} is disabled.",
            dynamodb_code="ValidationException",
        )
    words = {
        "PendingDeletion": "pending deletion",
        "PendingReplicaDeletion": "pending replica deletion",
        "PendingImport": "pending import",
    }
    return _passed_on(
        "validation",
        "KMSInvalidStateException",
        "KMSInvalidStateException",
        f"{arn} is {words.get(state, state)}.",
        dynamodb_code="ValidationException",
    )
