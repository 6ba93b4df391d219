"""Errors of AWS services, with their codes and messages."""

import json
from typing import Any

from . import ministack_adapter as ms
from .ministack_adapter import Response


class ServiceError(Exception):
    """An error in a service's response."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status

    @classmethod
    def of(cls, response: Response) -> "ServiceError":
        """The error in a response of a JSON service."""
        status, _, body = response
        data = json.loads(body)
        return cls(data["__type"], data["message"], status)

    @property
    def response(self) -> Response:
        """The error as a JSON service sends it."""
        return ms.error(self.code, self.message, self.status)


def request_in(body: bytes) -> dict[str, Any]:
    """The request of a call of a JSON service.

    Raises:
        ServiceError: it is not JSON.
    """
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        request = None
    if not isinstance(request, dict):
        raise ServiceError("SerializationException", "The request is not a JSON object")
    return request


def out_of_constraint(field: str, value: object, constraint: str) -> ServiceError:
    """The ValidationException of a value that the API's model forbids."""
    return ServiceError(
        "ValidationException",
        f"1 validation error detected: Value '{value}' at '{field}' failed to satisfy constraint: "
        f"{constraint}",
    )
