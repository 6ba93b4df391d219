"""Makes a program wait for a component that it creates in a task of its own.

The SDK ends a program when no output and no registration is pending. A component asks AWS before it
registers its resources, and would be lost if the program ended meanwhile. So would its error.

A task that has not reached its component by then might never end. The program does not wait for it, but warns
that it was not finished.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pulumi

_SDK = (str(Path(pulumi.__file__).parent),)
_PACKAGES = (str(Path(pulumi.__file__).parents[1]), str(Path(asyncio.__file__).parents[1]))


@contextmanager
def program_waits() -> Iterator[None]:
    """Keep an output pending, so that the program ends after the block, and fails if the block fails.

    Not in the SDK's own tasks: the SDK waits for them, and reports their errors.
    """
    loop = asyncio.get_event_loop()
    if not _is_outside(_SDK, asyncio.current_task(loop)):
        yield
        return
    done: asyncio.Future[bool] = loop.create_future()
    pending: pulumi.Input[bool] = done
    pulumi.Output.from_input(pending)
    try:
        yield
    except Exception as error:
        done.set_exception(error)
        raise
    finally:
        if not done.done():
            done.set_result(True)


def warn_of_unfinished_tasks() -> None:
    """Warn of tasks that the running program destroys at its end. The SDK hides asyncio's own message."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:  # not in a program: imported by a test or a plugin
        return
    if loop.get_exception_handler() is None:
        loop.set_exception_handler(_warn_of_task)


def _warn_of_task(loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
    task = context.get("task")
    if task is None or task.done() or not _is_outside(_PACKAGES, task):
        loop.default_exception_handler(dict(context))
        return
    code = task.get_coro().cr_code
    place = f"{code.co_filename}:{code.co_firstlineno}"
    pulumi.log.warn(
        f"The program ended before its task {code.co_name} ({place}) was finished. Resources that the task "
        f"would have created are missing. Await it, or start it with pulumi.run({code.co_name})."
    )


def _is_outside(directories: tuple[str, ...], task: asyncio.Task[Any] | None) -> bool:
    """Whether it is a task whose code is in none of the directories."""
    code = getattr(task.get_coro(), "cr_code", None) if task else None
    return code is not None and not code.co_filename.startswith(directories)
