"""Handles Ctrl-C, a cancelled job and a closed terminal alike: the program cleans up once and ends."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from encrypted_tables.terminal import say

INTERRUPTED = 130
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def interruptible(program: Callable[[], int]) -> int:
    """Run a program in which each of `SIGNALS` raises `KeyboardInterrupt`, and return its exit status.

    Later signals are ignored, so that cleaning up is not interrupted. A signal that was ignored when this
    process started, as under `nohup`, stays ignored.

    Raises:
        KeyboardInterrupt: the program was interrupted, and has cleaned up.
    """
    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, _raise_once)
    try:
        return program()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def interruptible_with_farewell(program: Callable[[], int], farewell: str) -> int:
    """Like `interruptible`; an interrupted program prints the farewell and returns 130."""
    try:
        return interruptible(program)
    except KeyboardInterrupt:
        say(farewell)
        return INTERRUPTED


def ignore_interruptions() -> None:
    """Ignore further signals during the final cleanup."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def leave_ctrl_c_to_children() -> None:
    """Ignore Ctrl-C in this process. Its children still receive it."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, lambda *_: None)


@contextmanager
def interruptions_held() -> Iterator[None]:
    """Delay interruptions until the end of the block, so that a process that the block starts can be
    ended.
    """
    _held.begin()
    try:
        yield
    finally:
        _held.end()


class _Held:
    """Whether interruptions are delayed, and whether one is waiting."""

    def __init__(self) -> None:
        self.active = False
        self.one_waits = False

    def begin(self) -> None:
        self.active = True

    def end(self) -> None:
        self.active = False
        if self.one_waits:
            self.one_waits = False
            raise KeyboardInterrupt


_held = _Held()


def _raise_once(_signal: int, _frame: FrameType | None) -> None:
    ignore_interruptions()
    if _held.active:
        _held.one_waits = True
    else:
        raise KeyboardInterrupt
