"""Faults for tests: errors between a client and AWS, at chosen calls."""

import fnmatch
import os
import signal
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..ministack_adapter import Response
from ..server.asgi import Scope, json_error
from ..server.calls import QUERY_SERVICES, Call

EFFECTS = frozenset({"throttle", "error", "close", "close-after", "delay", "kill", "kill-after"})
# service -> the codes of its throttling and of its internal error
CODES: Mapping[str, tuple[str, str]] = {
    "dynamodb": ("ThrottlingException", "InternalServerError"),
    "kms": ("ThrottlingException", "KMSInternalException"),
    "iam": ("Throttling", "ServiceFailure"),
    "sts": ("Throttling", "InternalFailure"),
    "application-autoscaling": ("ThrottlingException", "InternalServiceException"),
    "events": ("ThrottlingException", "InternalException"),
    "sns": ("ThrottledException", "InternalError"),
}
OTHER_CODES = ("ThrottlingException", "InternalServiceError")


@dataclass
class Fault:
    """One fault.

    `action` is an IAM action with wildcards. The fault affects `calls` calls after `skip` matching ones.
    `close` closes the connection before the call has its effect, `close-after` afterwards, without an answer;
    `kill` and `kill-after` end the emulator with SIGKILL; `delay` waits `seconds`.
    """

    action: str
    effect: str
    calls: int = 1
    skip: int = 0
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.effect not in EFFECTS:
            raise ValueError(f"effect is {self.effect!r}: give one of {', '.join(sorted(EFFECTS))}")


class Faults:
    """The faults to apply; none unless a test adds one."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self.delayed_calls = 0

    def add(self, description: Mapping[str, Any]) -> None:
        """Add a fault; an unknown field or effect is a TypeError or ValueError."""
        self._faults.append(Fault(**description))

    def clear(self) -> None:
        """Remove all faults."""
        self._faults.clear()

    @contextmanager
    def delaying(self) -> Iterator[None]:
        """Count a call as delayed, for the length of the block."""
        self.delayed_calls += 1
        try:
            yield
        finally:
            self.delayed_calls -= 1

    def striking(self, call: Call) -> Fault | None:
        """The fault for this call; counts one use."""
        for fault in self._faults:
            if not fnmatch.fnmatchcase(call.action, fault.action):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            fault.calls -= 1
            if not fault.calls:
                self._faults.remove(fault)
            return fault
        return None


def failure(call: Call, effect: str) -> Response:
    """The answer to a call that is throttled, or that fails inside AWS."""
    throttling, internal = CODES.get(call.service, OTHER_CODES)
    status, code = (400, throttling) if effect == "throttle" else (500, internal)
    message = "Rate exceeded" if effect == "throttle" else "The request processing has failed."
    if call.service not in QUERY_SERVICES:
        return json_error(status, code, message)
    body = (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        "<RequestId>00000000-0000-4000-8000-000000000000</RequestId></ErrorResponse>"
    )
    return status, {"content-type": "text/xml"}, body.encode()


def kill_emulator() -> None:
    """End this process as `kill -9` does."""
    os.kill(os.getpid(), signal.SIGKILL)


def close_connection(scope: Scope) -> None:
    """Close a client's connection, so that it gets no answer."""
    peer = tuple(scope["client"])
    for descriptor in Path("/dev/fd").iterdir():
        with suppress(OSError):  # no socket, or closed since it was listed
            connection = socket.socket(fileno=os.dup(int(descriptor.name)))
            try:
                if connection.getpeername() == peer:
                    connection.shutdown(socket.SHUT_RDWR)
            finally:
                connection.close()
