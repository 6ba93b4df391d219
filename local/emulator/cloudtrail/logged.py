"""Adds the calls of a service that change something to the event history.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from .. import ministack_adapter as ms
from ..cloudtrail.events import CalledApi, record
from ..errors import request_in
from ..ministack_adapter import Handler, Response
from ..server.calls import Call

DATA_EVENTS = ("Publish", "PutEvents")
"""Prefixes of operations that are not recorded, although they are no reads."""
NOT_LOGGED = ("Action", "Password", "Version")


class Logged:
    """A service whose successful calls are recorded, except reads."""

    def __init__(self, service: str, handler: Handler) -> None:
        self._source = f"{service}.amazonaws.com"
        self._handler = handler

    async def __call__(
        self, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Response:
        """Answer one call."""
        caller = ms.caller(headers).arn  # afterwards, its access key may be deleted
        response = await self._handler(method, path, headers, body, query)
        call = Call.of(headers, body)
        if response[0] == 200 and call.may_change_state and not call.operation.startswith(DATA_EVENTS):
            request = _parameters(headers, body)
            record(CalledApi(ms.account_id(), ms.region(), self._source, call.operation, caller, request))
        return response


def _parameters(headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """The parameters of a call: JSON, or a form."""
    if "x-amz-target" in headers:
        return request_in(body)
    form = parse_qsl(body.decode(), keep_blank_values=True)
    nested = _nested([(name.split("."), value) for name, value in form])
    return {name: value for name, value in nested.items() if name not in NOT_LOGGED}


def _nested(fields: Sequence[tuple[Sequence[str], str]]) -> Any:  # noqa: ANN401  # JSON
    """The fields of a form: `Tags.member.1.Key` is of a list, `Attributes.entry.1.key` of a map."""
    if not all(name for name, _ in fields):
        return fields[0][1]
    parts: dict[str, list[tuple[Sequence[str], str]]] = {}
    for (first, *rest), value in fields:
        parts.setdefault(first, []).append((rest, value))
    found = {name: _nested(inner) for name, inner in parts.items()}
    if [*found] == ["member"]:
        return [*found["member"].values()]
    if [*found] == ["entry"]:
        return {entry["key"]: entry["value"] for entry in found["entry"].values()}
    return found
