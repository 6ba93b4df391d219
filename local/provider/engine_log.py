"""Shows what an operation waits for, as the resource's status in the engine's display."""

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc


class EngineLog:
    """The engine's log, at the address that the engine gave."""

    def __init__(self, address: str) -> None:
        self._engine = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))
        self._under_way: set[grpc.Future] = set()  # a call that nobody holds is cancelled

    def status(self, urn: str, message: str) -> None:
        """Show it beside the resource until its operation ends; wait for no answer."""
        request = engine_pb2.LogRequest(severity=engine_pb2.INFO, message=message, urn=urn, ephemeral=True)
        call = self._engine.Log.future(request)
        self._under_way.add(call)
        call.add_done_callback(self._under_way.discard)
