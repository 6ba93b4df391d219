"""The provider's errors and their messages."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, HTTPClientError


class ProviderError(Exception):
    """An operation failed; the message is meant for the user."""


class TimedOutError(ProviderError):
    """A wait timed out."""


class CancelledError(ProviderError):
    """The engine cancelled the operation."""


class UnknownPrincipalError(ProviderError):
    """A policy names a user or role that does not exist."""


class AlreadyExistsError(ProviderError):
    """A resource of this name already exists in AWS."""


def code_of(error: ClientError) -> str:
    """AWS's error code."""
    return str(error.response.get("Error", {}).get("Code", ""))


def message_of(error: ClientError) -> str:
    """AWS's error message."""
    return str(error.response.get("Error", {}).get("Message", ""))


def is_code(error: Exception, *codes: str) -> bool:
    """Whether the error has one of these codes."""
    return isinstance(error, ClientError) and code_of(error) in codes


def describe(error: ClientError | BotoCoreError) -> str:
    """The error in the official plugin's format, with AWS's code and message."""
    if isinstance(error, EndpointConnectionError | HTTPClientError):
        return (
            "the local AWS does not answer; start it again, then repeat the command "
            f"(in `make shell`: `exit`, then `make shell`). {error}"
        )
    if not isinstance(error, ClientError):
        return str(error)
    metadata = error.response.get("ResponseMetadata", {})
    return (
        f"operation error {error.operation_name}, "
        f"https response error StatusCode: {metadata.get('HTTPStatusCode', 0)}, "
        f"RequestID: {metadata.get('RequestId', '')}, {code_of(error)}: {message_of(error)}"
    )


def names_what_exists(error: ClientError | BotoCoreError) -> bool:
    """Whether AWS failed because a resource of this name already exists."""
    if is_code(error, "ResourceInUseException"):
        return "already exists" in str(error)
    return is_code(error, "EntityAlreadyExists", "AlreadyExistsException")


@contextmanager
def doing(what: str) -> Iterator[None]:
    """Prefix AWS errors inside the block with the operation, such as `creating KMS Key`."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        kind = AlreadyExistsError if names_what_exists(error) else ProviderError
        raise kind(f"{what}: {describe(error)}") from error
    except (TimedOutError, CancelledError, UnknownPrincipalError) as error:
        raise type(error)(f"{what}: {error}") from error
