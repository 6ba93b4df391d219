"""The API for tests, with the run's token: faults, other accounts, the clock."""

import hmac
import json
from collections.abc import Mapping
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

PATH = "/_local_aws/"


class Control:
    """The ASGI application behind `/_local_aws/`."""

    def __init__(self, token: str, faults: Faults) -> None:
        self._expected = f"Bearer {token}".encode()
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        given = headers_of(scope).get("authorization", "").encode()
        if not hmac.compare_digest(given, self._expected):
            await respond(send, json_error(403, "AccessDenied", "the run's control token is needed"))
            return
        body = await read_body(receive)
        what = (scope["method"], scope["path"].removeprefix(PATH))
        try:
            await respond(send, self._answer(what, json.loads(body or b"{}")))
        except (TypeError, ValueError, KeyError) as error:
            await respond(send, json_error(400, "ValidationException", str(error)))

    def _answer(self, what: tuple[str, str], request: Mapping[str, Any]) -> Response:
        if what == ("POST", "faults"):
            self._faults.add(request)
            return json_response(200, {})
        if what == ("DELETE", "faults"):
            self._faults.clear()
            return json_response(200, {})
        if what == ("GET", "delayed-calls"):
            return json_response(200, {"count": self._faults.delayed_calls})
        if what == ("POST", "accounts"):
            return json_response(200, _open_account(request["account_id"]))
        if what == ("POST", "time"):
            clock.let_pass(float(request["seconds"]))
            return json_response(200, {})
        return json_error(404, "UnknownOperationException", f"{what[0]} {what[1]} is not known")


def _open_account(account_id: str) -> Mapping[str, str]:
    """Create a root access key of another account, for tests of access across accounts."""
    if len(account_id) != 12 or not account_id.isdecimal():
        raise ValueError(f"account_id is {account_id!r}: give 12 digits")
    key = random_access_key()
    ms.put_root_key(account_id, key.access_key_id, key.secret_access_key)
    return {"access_key_id": key.access_key_id, "secret_access_key": key.secret_access_key}
