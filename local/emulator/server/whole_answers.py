"""Sends the head of an answer together with its body.

The server sends them apart. Terraform's AWS client gives up some of the answers whose body comes later, and
repeats the request, which AWS refuses: the table or alias exists already.
"""

import hypercorn.protocol
from hypercorn.events import RawData
from hypercorn.protocol.h11 import H11Protocol, h11
from hypercorn.typing import H11SendableEvent


class WholeAnswers(H11Protocol):  # type: ignore[misc]  # hypercorn is not installed here
    """HTTP/1.1 that keeps each head until the next part of its answer."""

    _head = b""

    async def _send_h11_event(self, event: H11SendableEvent) -> None:
        if isinstance(event, h11.Response) and self.connection.their_state != h11.ERROR:
            self._head = self.connection.send(event) or b""
            return
        head, self._head = self._head, b""
        try:
            data = self.connection.send(event)
        except h11.LocalProtocolError:
            if self.connection.their_state != h11.ERROR:
                raise
        else:
            await self.send(RawData(data=head + (data or b"")))


def send_answers_whole() -> None:
    """Make the server use it, for connections from here on."""
    setattr(hypercorn.protocol, "H11Protocol", WholeAnswers)  # noqa: B010  # mypy
