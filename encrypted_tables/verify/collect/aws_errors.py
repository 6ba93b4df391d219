"""AWS errors as facts: code, message and request id, without a secret in them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

REDACTED = "[redacted]"
# SignatureDoesNotMatch quotes the request as AWS saw it, with every header.
_QUOTED_TOKEN = re.compile(r"(?P<header>x-amz-security-token\s*[:=]\s*)[^\s&'\"]+", re.IGNORECASE)


@dataclass(frozen=True)
class AwsAnswer:
    """How AWS answered one call; the code is empty when the call succeeded."""

    code: str = ""
    message: str = ""
    request_id: str = ""


def answer_of_error(error: ClientError | BotoCoreError, secrets: Iterable[str] = ()) -> AwsAnswer:
    """The error of a call; an error that never reached AWS has the exception's name as its code."""
    if isinstance(error, ClientError):
        body = error.response.get("Error", {})
        message = redact(str(body.get("Message", "")), secrets)
        request_id = str(error.response.get("ResponseMetadata", {}).get("RequestId", ""))
        return AwsAnswer(str(body.get("Code", "")), message, request_id)
    return AwsAnswer(type(error).__name__, redact(str(error), secrets))


def redact(text: str, secrets: Iterable[str]) -> str:
    """The text without any of the secrets, and without the session token of a request that AWS quotes."""
    text = _QUOTED_TOKEN.sub(rf"\g<header>{REDACTED}", text)
    for secret in secrets:
        if secret:
            text = text.replace(secret, REDACTED)
    return text
