"""The API for tests: health, and with the run's token the state, faults, other accounts and the clock."""

import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

from .. import clock
from .. import ministack_adapter as ms
from ..iam.access_keys import random_access_key
from ..ministack_adapter import Response
from ..server.asgi import (
    Receive,
    Scope,
    Send,
    headers_of,
    json_error,
    json_response,
    read_body,
    respond,
)
from ..server.faults import Faults
from ..server.state import Stateful, shown

PATH = "/_local_aws/"


class Control:
    """The ASGI application behind `/_local_aws/`."""

    def __init__(self, token: str, faults: Faults, services: Mapping[str, Stateful]) -> None:
        self._expected = f"Bearer {token}".encode()
        self._faults = faults
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        what = (scope["method"], scope["path"].removeprefix(PATH))
        if what == ("GET", "health"):
            await respond(send, json_response(200, {"status": "ready"}))
            return
        given = headers_of(scope).get("authorization", "").encode()
        if not hmac.compare_digest(given, self._expected):
            await respond(send, json_error(403, "AccessDenied", "the run's control token is needed"))
            return
        body = await read_body(receive)
        try:
            await respond(send, self._answer(what, json.loads(body or b"{}")))
        except (TypeError, ValueError, KeyError) as error:
            await respond(send, json_error(400, "ValidationException", str(error)))

    def _answer(self, what: tuple[str, str], request: Mapping[str, Any]) -> Response:
        actions: Mapping[tuple[str, str], Callable[[], Mapping[str, Any] | None]] = {
            ("GET", "state"): lambda: shown(self._services),
            ("POST", "faults"): lambda: self._faults.add(request),
            ("DELETE", "faults"): self._faults.clear,
            ("GET", "delayed-calls"): lambda: {"count": self._faults.delayed_calls},
            ("POST", "accounts"): lambda: _open_account(request["account_id"]),
            ("POST", "time"): lambda: clock.let_pass(float(request["seconds"])),
        }
        if what not in actions:
            return json_error(404, "UnknownOperationException", f"{what[0]} {what[1]} is not known")
        return json_response(200, actions[what]() or {})


def _open_account(account_id: str) -> Mapping[str, str]:
    """Create a root access key of another account, for tests of cross-account access."""
    if len(account_id) != 12 or not account_id.isdecimal():
        raise ValueError(f"account_id is {account_id!r}: give 12 digits")
    key = random_access_key()
    ms.put_root_key(account_id, key.access_key_id, key.secret_access_key)
    return {"access_key_id": key.access_key_id, "secret_access_key": key.secret_access_key}
