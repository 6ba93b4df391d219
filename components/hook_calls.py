"""Calls to AWS from a resource hook.

Each pending registration occupies a thread of the program's event loop, and a registration is pending until
the hooks of its resource end. If registrations occupy all threads, a call on this loop never starts: the
program hangs. So hooks make their calls on threads and event loops of their own.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from pulumi.runtime.rpc_manager import RPCManager
from pulumi.runtime.settings import SETTINGS

_THREADS = ThreadPoolExecutor(thread_name_prefix="hook")


def in_own_thread(calls: Callable[[], None]) -> Awaitable[None]:
    """Run a function that calls AWS, with the settings of the current program."""
    context = copy_context()
    context.run(_track_calls_apart)
    return asyncio.get_running_loop().run_in_executor(_THREADS, context.run, calls)


def _track_calls_apart() -> None:
    """The program waits for all calls that it tracks, and cannot wait for one of another event loop."""
    SETTINGS.rpc_manager = RPCManager()  # type: ignore[no-untyped-call]
