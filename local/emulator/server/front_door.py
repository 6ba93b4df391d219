"""Accepts only signed AWS API calls and the emulator's control API.

ministack also serves unsigned requests: administration, health, files, host names of other services. None of
this is reachable, and ministack's start-up hooks (scripts in well-known folders, containers) never run.
"""

from ..ministack_adapter import Response
from ..server.asgi import (
    App,
    Receive,
    Scope,
    Send,
    accept_lifespan,
    headers_of,
    json_error,
    respond,
)
from ..server.connection import set_connection
from ..server.control import PATH as CONTROL_PATH
from ..server.control import Control

REST_PATHS = ("/backup-vaults", "/backup-jobs")
SIGNATURE = "AWS4-HMAC-SHA256 Credential="


class FrontDoor:
    """The ASGI application that the server runs."""

    def __init__(self, answering: App, control: Control, hosts: frozenset[str]) -> None:
        self._answering = answering
        self._control = control
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await accept_lifespan(receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif refused := self._refusal(scope):
            await respond(send, refused)
        elif scope["path"].startswith(CONTROL_PATH):
            await self._control(scope, receive, send)
        else:
            set_connection(scope)
            await self._answering(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = headers_of(scope)
        if headers.get("host") not in self._hosts:  # prevents DNS rebinding by web pages
            return json_error(
                400, "InvalidHost", "this is a local AWS: it answers under its own address only"
            )
        if scope["path"].startswith(CONTROL_PATH):
            return None
        is_rest = scope["path"].startswith(REST_PATHS)
        if not is_rest and (scope["method"], scope["path"], scope["query_string"]) != ("POST", "/", b""):
            return json_error(404, "UnknownOperationException", "there is nothing here but POST /, signed")
        if not headers.get("authorization", "").startswith(SIGNATURE):
            return json_error(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
        return None
