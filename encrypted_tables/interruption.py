"""Ctrl-C, a cancelled job and a closed terminal end a program the same way: once, and cleaned up."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from encrypted_tables.terminal import say

INTERRUPTED = 130
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def interruptible(program: Callable[[], int]) -> int:
    """Run a program in which each of `SIGNALS` is a `KeyboardInterrupt`; its exit status.

    Only the first signal counts: cleaning up is not interrupted. A signal that this process was started to
    ignore, as `nohup` does, stays ignored.

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
    """The same; an interrupted program ends with the farewell and exit status 130."""
    try:
        return interruptible(program)
    except KeyboardInterrupt:
        say(farewell)
        return INTERRUPTED


def ignore_interruptions() -> None:
    """From here on, in this program, only cleaning up is left to do."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def leave_ctrl_c_to_children() -> None:
    """From here on Ctrl-C does nothing here. Who is started from here gets it, unless told to ignore it."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, lambda *_: None)


@contextmanager
def interruptions_held() -> Iterator[None]:
    """Let an interruption wait for the block's end: a process that the block starts is known by then."""
    _held.begin()
    try:
        yield
    finally:
        _held.end()


class _Held:
    """Whether interruptions have to wait, and whether one does."""

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
