"""AWS errors as data: code, message and request id, with secrets redacted."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

REDACTED = "[redacted]"
# The message of SignatureDoesNotMatch quotes the request with all its headers.
_QUOTED_TOKEN = re.compile(r"(?P<header>x-amz-security-token\s*[:=]\s*)[^\s&'\"]+", re.IGNORECASE)


@dataclass(frozen=True)
class AwsAnswer:
    """The response of AWS to one call; the code is empty if the call succeeded."""

    code: str = ""
    message: str = ""
    request_id: str = ""


def answer_of_error(error: ClientError | BotoCoreError, secrets: Iterable[str] = ()) -> AwsAnswer:
    """The error of a call. If the call did not reach AWS, the code is the name of the exception."""
    if isinstance(error, ClientError):
        body = error.response.get("Error", {})
        message = redact(str(body.get("Message", "")), secrets)
        request_id = str(error.response.get("ResponseMetadata", {}).get("RequestId", ""))
        return AwsAnswer(str(body.get("Code", "")), message, request_id)
    return AwsAnswer(type(error).__name__, redact(str(error), secrets))


def redact(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets, and without the session token of a quoted request."""
    text = _QUOTED_TOKEN.sub(rf"\g<header>{REDACTED}", text)
    for secret in secrets:
        if secret:
            text = text.replace(secret, REDACTED)
    return text
