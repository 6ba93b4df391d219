"""Shows what an operation is waiting for, as the resource's status in the engine's output."""

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc


class EngineLog:
    """A client of the engine's log."""

    def __init__(self, address: str) -> None:
        self._engine = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))
        self._under_way: set[grpc.Future] = set()  # gRPC cancels a call without references

    def status(self, urn: str, message: str) -> None:
        """Show a message with the resource until its operation ends. Does not wait for the engine's
        response.
        """
        request = engine_pb2.LogRequest(severity=engine_pb2.INFO, message=message, urn=urn, ephemeral=True)
        call = self._engine.Log.future(request)
        self._under_way.add(call)
        call.add_done_callback(self._under_way.discard)
