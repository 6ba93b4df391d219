"""Calls to AWS on threads and event loops of their own, with the settings of the current program.

Resource hooks need them: each pending registration occupies a thread of the program's event loop, and a
registration is pending until the hooks of its resource end. If registrations occupy all threads, a call on
this loop never starts: the program hangs.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from pulumi.runtime.rpc_manager import RPCManager
from pulumi.runtime.settings import SETTINGS

T = TypeVar("T")
_THREADS = ThreadPoolExecutor(thread_name_prefix="calls-to-aws")


def in_own_thread(calls: Callable[[], T]) -> Future[T]:
    """Start a function that calls AWS."""
    context = copy_context()
    context.run(_track_calls_apart)
    return _THREADS.submit(context.run, calls)


def _track_calls_apart() -> None:
    """The program waits for all calls that it tracks, and cannot wait for one of another event loop."""
    SETTINGS.rpc_manager = RPCManager()  # type: ignore[no-untyped-call]
