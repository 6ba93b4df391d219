"""Starts the provider: `python -m local.provider <engine address>`.

Prints the port on 127.0.0.1 on which it listens. Ends silently on SIGINT and SIGTERM, and when the engine
that started it ends.
"""

import gc
import os
import signal
import sys
import threading
from concurrent import futures
from types import FrameType

from local.sdk_messages import import_messages_only

if __name__ == "__main__":
    import_messages_only()
    gc.disable()  # imports alone trigger it dozens of times

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from local.provider.engine_log import EngineLog
from local.provider.servicer import AwsProvider

THREADS = 64
LARGEST_MESSAGE_BYTES = 400 * 1024 * 1024
GRACE_SECONDS = 5.0
ENGINE_CHECK_SECONDS = 1.0


def main() -> None:
    """Serve until the process is asked to end."""
    gc.freeze()
    gc.enable()
    ended, cancelled = threading.Event(), threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    server = grpc.server(
        futures.ThreadPoolExecutor(THREADS),
        options=[
            ("grpc.max_receive_message_length", LARGEST_MESSAGE_BYTES),
            ("grpc.max_send_message_length", LARGEST_MESSAGE_BYTES),
        ],
    )
    provider = AwsProvider(cancelled, EngineLog(sys.argv[1]))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port("127.0.0.1:0")
    engine = os.getppid()
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    while not ended.wait(ENGINE_CHECK_SECONDS) and os.getppid() == engine:
        pass
    cancelled.set()
    server.stop(GRACE_SECONDS).wait()


if __name__ == "__main__":
    main()
