"""What of a request is let in to ministack at all: AWS API calls signed with a key, and nothing else.

ministack serves more than the AWS APIs, unsigned: administration, health, files, host names that
stand for other services. None of it is reachable from here.
"""

import json
from typing import Any

from local_aws.emulator.ministack_adapter import Response

SIGNATURE = "AWS4-HMAC-SHA256 Credential="


class FrontDoor:
    """The ASGI application that stands before ministack's."""

    def __init__(self, app: Any, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request; ministack's own start-up hooks (scripts, containers) are never run."""
        if scope["type"] == "lifespan":
            await accept_lifespan(receive, send)
        elif scope["type"] == "http":
            refused = self._refusal(scope)
            if refused:
                await respond(send, refused)
            else:
                await self._app(scope, receive, send)

    def _refusal(self, scope: Any) -> Response | None:
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        if headers.get("host") not in self._hosts:
            return json_error(
                400, "InvalidHost", "this is a local AWS: it answers under its own address only"
            )
        if (scope["method"], scope["path"], scope["query_string"]) != ("POST", "/", b""):
            return json_error(404, "UnknownOperationException", "there is nothing here but POST /, signed")
        if not headers.get("authorization", "").startswith(SIGNATURE):
            return json_error(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
        return None


def json_error(status: int, code: str, message: str) -> Response:
    """An error in the form of AWS's JSON services."""
    return (
        status,
        {"content-type": "application/x-amz-json-1.0"},
        json.dumps({"__type": code, "message": message}).encode(),
    )


async def respond(send: Any, response: Response) -> None:
    """Send a whole answer."""
    status, headers, body = response
    fields = {**headers, "content-length": str(len(body))}
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(name.encode(), value.encode()) for name, value in fields.items()],
        }
    )
    await send({"type": "http.response.body", "body": body})


async def accept_lifespan(receive: Any, send: Any) -> None:
    """Start and stop with nothing to do for either."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
