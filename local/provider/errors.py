"""The provider's errors and their messages."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, HTTPClientError


class ProviderError(Exception):
    """An operation failed; the message is meant for the user."""


class TimedOutError(ProviderError):
    """Something did not happen in time."""


class CancelledError(ProviderError):
    """The engine asked to stop."""


class UnknownPrincipalError(ProviderError):
    """A policy names a user or role that does not exist."""


class AlreadyExistsError(ProviderError):
    """AWS has something of this name already."""


def code_of(error: ClientError) -> str:
    """AWS's error code."""
    return str(error.response.get("Error", {}).get("Code", ""))


def message_of(error: ClientError) -> str:
    """AWS's error message."""
    return str(error.response.get("Error", {}).get("Message", ""))


def is_code(error: Exception, *codes: str) -> bool:
    """Whether AWS answered with one of these error codes."""
    return isinstance(error, ClientError) and code_of(error) in codes


def describe(error: ClientError | BotoCoreError) -> str:
    """The error in the words of the official plugin, with AWS's own code and message."""
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
    """Whether AWS refused because there is something of this name already."""
    if is_code(error, "ResourceInUseException"):
        return "already exists" in str(error)
    return is_code(error, "EntityAlreadyExists", "AlreadyExistsException")


@contextmanager
def doing(what: str) -> Iterator[None]:
    """Name what was being done, `creating KMS Key`, in an error that AWS gives inside the block."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        kind = AlreadyExistsError if names_what_exists(error) else ProviderError
        raise kind(f"{what}: {describe(error)}") from error
    except (TimedOutError, CancelledError, UnknownPrincipalError) as error:
        raise type(error)(f"{what}: {error}") from error
