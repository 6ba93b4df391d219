"""Answers a call: earlier faults, the service, saving the state, later faults."""

import logging

from .. import clock
from ..ministack_adapter import Response
from ..server.asgi import (
    App,
    Receive,
    Scope,
    Send,
    answer_of,
    headers_of,
    json_error,
    read_body,
    respond,
)
from ..server.calls import Call
from ..server.faults import Fault, Faults, close_connection, failure, kill_emulator
from ..server.state import State

_log = logging.getLogger(__name__)


class Answering:
    """The ASGI application that answers AWS API calls. `state` None keeps nothing on disk."""

    def __init__(self, services: App, faults: Faults, state: State | None) -> None:
        self._services = services
        self._faults = faults
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        body = await read_body(receive)
        call = Call.of(headers_of(scope), body)
        fault = self._faults.striking(call)
        answer = self._struck(fault, call, scope, body) if fault else self._answer(call, scope, body)
        await respond(send, await answer)

    async def _answer(self, call: Call, scope: Scope, body: bytes) -> Response:
        response = await answer_of(self._services, scope, body)
        return self._saved(self._state, response) if self._state and call.may_change_state else response

    async def _struck(self, fault: Fault, call: Call, scope: Scope, body: bytes) -> Response:
        if fault.effect == "kill":
            kill_emulator()
        if fault.effect == "close":
            close_connection(scope)
        if fault.effect in ("throttle", "error", "close"):
            return failure(call, fault.effect)
        if fault.effect == "delay":
            with self._faults.delaying():
                await clock.sleep(fault.seconds)
                return await self._answer(call, scope, body)
        response = await self._answer(call, scope, body)
        if fault.effect == "kill-after":
            kill_emulator()
        if fault.effect == "close-after":
            close_connection(scope)
        return response

    def _saved(self, state: State, response: Response) -> Response:
        try:
            state.save()
        except OSError as error:
            _log.error("the state cannot be saved: %s", error)  # the reason is sufficient
            return json_error(
                500, "InternalServerError", f"the local AWS cannot save its state: {error.strerror}"
            )
        return response
