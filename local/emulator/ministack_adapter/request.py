"""The current request: its caller, and the decision of policies."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from .modules import AuthError, Decision, Principal, Response, _evaluator, _responses, _router


def account_id() -> str:
    """The account of the current request."""
    return str(_responses.get_account_id())


def region() -> str:
    """The Region of the current request."""
    return str(_responses.get_region())


def scope(account: str, in_region: str) -> AbstractContextManager[None]:
    """Within the block, everything is done in that account and Region."""
    found: AbstractContextManager[None] = _responses.request_scope(account, in_region)
    return found


def principal(access_key_id: str) -> Principal:
    """The owner of an access key.

    Raises:
        PermissionError: the key is not, or no longer, valid.
    """
    who = _evaluator.resolve_principal(access_key_id, account_id())
    if isinstance(who, AuthError):
        raise PermissionError(who.message)
    found: Principal = who
    return found


def caller(headers: Mapping[str, str]) -> Principal:
    """The signer of the request.

    Raises:
        PermissionError: the key is not, or no longer, valid.
    """
    return principal(_router.extract_access_key_id(headers))


def authentication_failure(access_key_id: str, service: str) -> object:
    """Verify the request's signature: None, or an AuthError."""
    return _evaluator.check_credentials(access_key_id, service)


def signed_body() -> bytes:
    """The body of the current request; empty for a request of the emulator itself."""
    request = _evaluator._signed_request.get()
    return request.body if request else b""


def operation() -> str:
    """The operation of the current request, if its service uses JSON."""
    request = _evaluator._signed_request.get()
    return str(request.headers.get("x-amz-target", "")).rpartition(".")[2] if request else ""


def condition_value(key: str, context: Any) -> Any:  # noqa: ANN401  # condition keys have values of any kind
    """The value of a condition key from ministack; None if the request has none."""
    return _evaluator._resolve_condition_key(key, context)


def authorize(headers: Mapping[str, str], action: str, service: str, arn: str) -> Decision | None:
    """The decision of the caller's policies and the resource policy on an action; None means allowed."""
    key = _router.extract_access_key_id(headers)
    refused = _evaluator.enforce(key, action, service, region(), resource_arn=arn)
    if isinstance(refused, AuthError):
        raise PermissionError(refused.message)
    decision: Decision | None = refused
    return decision


def error(code: str, message: str, status: int = 400) -> Response:
    """An error of a JSON service."""
    response: Response = _responses.error_response_json(code, message, status)
    return response


def answer(data: Mapping[str, Any]) -> Response:
    """A success of a JSON service."""
    response: Response = _responses.json_response(data)
    return response
