"""Classifies the response to an item call as an outcome.

DynamoDB returns AccessDeniedException for a denial by IAM and for one by KMS, and ValidationException for a
disabled key. The beginning of the message distinguishes them.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html
"""

import re
from enum import StrEnum


class Outcome(StrEnum):
    """The outcome of a call."""

    ALLOWED = "allowed"
    DENIED_BY_KMS = "denied-by-kms"
    DENIED_BY_IAM = "denied-by-iam"
    KEY_DISABLED = "key-disabled"
    KEY_PENDING_DELETION = "key-pending-deletion"
    COULD_NOT_TELL = "could-not-tell"

    @property
    def label(self) -> str:
        """The outcome in words, for people."""
        return self.value.replace("-", " ").replace("kms", "KMS").replace("iam", "IAM")

    @property
    def is_denied(self) -> bool:
        """Whether KMS or IAM denied the call to this principal."""
        return self in {Outcome.DENIED_BY_KMS, Outcome.DENIED_BY_IAM}


_NOT_AUTHORIZED = re.compile(r"User: \S+ is not authorized to perform: (?P<service>[a-z0-9-]+):")

_KMS_PREFIXES = (
    ("AccessDeniedException", "KMS key access denied error:", "", Outcome.DENIED_BY_KMS),
    ("ValidationException", "KMS key disabled error:", "", Outcome.KEY_DISABLED),
    ("ValidationException", "KMS validation error:", "DisabledException:", Outcome.KEY_DISABLED),
    ("ValidationException", "KMS validation error:", "is pending deletion", Outcome.KEY_PENDING_DELETION),
)


def classify_error(code: str, message: str) -> Outcome:
    """The outcome for an error code and message; COULD_NOT_TELL for any other error."""
    text = message.strip()
    if code == "ConditionalCheckFailedException":
        # DynamoDB evaluated the condition on the stored item, so it decrypted the item for the caller.
        return Outcome.ALLOWED
    for expected_code, prefix, part, outcome in _KMS_PREFIXES:
        if code == expected_code and text.startswith(prefix) and part in text:
            return outcome
    denial = _NOT_AUTHORIZED.match(text) if code == "AccessDeniedException" else None
    if denial is None:
        return Outcome.COULD_NOT_TELL
    if denial["service"] == "kms":
        return Outcome.DENIED_BY_KMS
    return Outcome.DENIED_BY_IAM if denial["service"] == "dynamodb" else Outcome.COULD_NOT_TELL
