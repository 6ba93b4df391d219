"""Makes a program wait for a component that it creates in a task of its own.

The SDK ends a program when no output and no registration is pending. A component asks AWS before it
registers its resources, and would be lost if the program ended meanwhile. So would its error.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pulumi

_SDK = str(Path(pulumi.__file__).parent)


@contextmanager
def program_waits() -> Iterator[None]:
    """Keep an output pending, so that the program ends after the block, and fails if the block fails."""
    done: asyncio.Future[bool] = asyncio.get_event_loop().create_future()
    pending: pulumi.Input[bool] = done
    pulumi.Output.from_input(pending)
    try:
        yield
    except Exception as error:
        if _is_own_task(asyncio.current_task(done.get_loop())):
            done.set_exception(error)
        raise
    finally:
        if not done.done():
            done.set_result(True)


def _is_own_task(task: asyncio.Task[Any] | None) -> bool:
    """Whether it is a task of the program. The SDK reports errors in its own tasks."""
    code = getattr(task.get_coro(), "cr_code", None) if task else None
    return code is not None and not code.co_filename.startswith(_SDK)
