"""Makes a program wait for a component that it creates in a task of its own.

The SDK ends a program when no output and no registration is pending. A component asks AWS before it
registers its resources, and would be lost if the program ended meanwhile.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pulumi


@contextmanager
def program_waits() -> Iterator[None]:
    """Keep an output pending, so that the program does not end before the block does."""
    done = asyncio.Event()
    pending: pulumi.Input[bool] = done.wait()
    pulumi.Output.from_input(pending)
    try:
        yield
    finally:
        done.set()
