"""The parts of ASGI that the emulator needs. https://asgi.readthedocs.io/en/latest/specs/www.html"""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ..ministack_adapter import Response

Scope = Mapping[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def headers_of(scope: Scope) -> dict[str, str]:
    """A request's headers, named in lower case."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


async def read_body(receive: Receive) -> bytes:
    """The whole body of a request."""
    parts = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ConnectionError("the client disconnected before it had sent its request")
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def answer_of(app: App, scope: Scope, body: bytes) -> Response:
    """An application's whole answer to a request."""
    unread = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[Message] = []

    async def receive() -> Message:
        return unread.pop() if unread else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:])


async def respond(send: Send, response: Response) -> None:
    """Send a whole answer."""
    status, headers, body = response
    fields = {**{name.lower(): value for name, value in headers.items()}, "content-length": str(len(body))}
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})


def json_response(status: int, data: Any) -> Response:  # noqa: ANN401  # whatever JSON can hold
    """An answer with a JSON body."""
    return status, {"content-type": "application/json"}, json.dumps(data).encode()


def json_error(status: int, code: str, message: str) -> Response:
    """An error in the form of AWS's JSON services."""
    return json_response(status, {"__type": code, "message": message})


async def accept_lifespan(receive: Receive, send: Send) -> None:
    """Answer the lifespan events; there is nothing to do."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
