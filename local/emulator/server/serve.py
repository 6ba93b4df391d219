"""The emulator's server: binds, runs the canary, reports and serves."""

import asyncio
import errno
import json
import os
import signal
import socket
import threading
import time

from hypercorn.asyncio import serve
from hypercorn.config import Config

from .. import clock
from .. import ministack_adapter as ms
from ..canary import prove_enforcement
from ..refusal import RefusalError
from ..repeatable import seed_ids, use_clock
from ..server.answering import Answering
from ..server.asgi import App
from ..server.bootstrap import prepare_account
from ..server.control import Control
from ..server.faults import Faults
from ..server.front_door import FrontDoor
from ..server.install import install
from ..server.state import State
from ..server.whole_answers import send_answers_whole
from ..settings import Settings

STANDARD_INPUT = 0
LOOPBACK = "127.0.0.1"
KEEP_ALIVE_SECONDS = 100.0
"""Longer than the 90 s for which Go's clients keep an idle connection. Otherwise a request can meet the
server's end of its connection: the client repeats it, and AWS refuses the second one.
"""
BUSY_SECONDS = 3.0


class PortBusyError(RefusalError):
    """Another process listens on the requested port."""


def listen(port: int) -> socket.socket:
    """A socket on 127.0.0.1 only; port 0 means a free one.

    A busy port is tried again for a while: a killed process may not have released it yet.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
            listener.listen(socket.SOMAXCONN)
        except OSError as error:
            listener.close()
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                text = f"port {port} of {LOOPBACK} cannot be used: {error.strerror}"
                raise PortBusyError(text) from error
            time.sleep(0.1)
        else:
            return listener


async def run(settings: Settings) -> None:
    """Serve until SIGTERM, or until the parent process ends."""
    listener = listen(settings.port)
    port = listener.getsockname()[1]
    hosts = frozenset({f"{LOOPBACK}:{port}", f"localhost:{port}"})
    host = f"{LOOPBACK}:{port}"
    if settings.stopped_at is not None:
        clock.stop_at(settings.stopped_at)
    use_clock()
    services = install(settings)
    faults = Faults()
    state = State(settings.state_dir, services) if settings.state_dir else None
    await prove_enforcement(ms.asgi_app, host, settings.region)
    if state:
        state.load()
    if settings.seed is not None:
        seed_ids(settings.seed)
    await prepare_account(ms.asgi_app, host, settings)
    if state:
        state.save()
    app = FrontDoor(
        Answering(ms.asgi_app, faults, state), Control(settings.control_token, faults, services), hosts
    )
    await _serve(app, listener, port)


async def _serve(app: App, listener: socket.socket, port: int) -> None:
    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.keep_alive_timeout = KEEP_ALIVE_SECONDS
    config.loglevel = "WARNING"
    config.accesslog = None
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    loop.add_signal_handler(signal.SIGINT, lambda: None)  # Ctrl-C is handled by the parent process
    send_answers_whole()
    _watch_parent()
    print(json.dumps({"port": port, "pid": os.getpid()}), flush=True)
    await serve(app, config, shutdown_trigger=stopped.wait)


def _watch_parent() -> None:
    """End with the parent process: standard input closes when it ends, even if it is killed."""

    def wait() -> None:
        while os.read(STANDARD_INPUT, 1):
            pass
        os._exit(0)

    threading.Thread(target=wait, name="watch-parent", daemon=True).start()
