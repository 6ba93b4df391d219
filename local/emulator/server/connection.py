"""The client's connection of the current request."""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

_port: ContextVar[int] = ContextVar("port", default=0)


def set_connection(scope: Mapping[str, Any]) -> None:
    """Record the connection of an ASGI request for the code that answers it."""
    _port.set((scope.get("client") or ("", 0))[1])


def client_port() -> int:
    """The client's port; 0 for calls from within the emulator."""
    return _port.get()
