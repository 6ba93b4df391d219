"""A shell, or one command, in a local run."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence

from encrypted_tables.engine.find import Engine, EngineNotFoundError
from encrypted_tables.engine.stack import Stack, StackError
from encrypted_tables.interruption import ignore_interruptions, interruptions_held, leave_ctrl_c_to_children
from local.engine.find_or_build import find_or_build_engine
from local.local_run import local_run, search_path
from local.process import LocalAwsError

NOT_FOUND = 127
PATIENCE_IN_SECONDS = 10.0
HINT = "Try `pulumi up`; `exit` ends the local AWS and removes all that is in it."


class CommandNotFoundError(Exception):
    """There is no such command in a local run."""


def run_in_local_run(command: Sequence[str]) -> int:
    """Run the command, or the user's shell when it is empty; its exit status, or 1 or 127."""
    try:
        engine = find_or_build_engine()
        program, *arguments = command or [os.environ.get("SHELL", "/bin/sh")]
        found = _find(program, engine)
        with local_run(engine=engine) as run:
            stack = run.stack("dev")
            stack.run("stack", "select").checked()
            print(run.description, *[] if command else [HINT], sep="\n", file=sys.stderr)
            return _run([found, *arguments], stack, signal.SIGTERM if command else signal.SIGHUP)
    except CommandNotFoundError as error:
        print(error, file=sys.stderr)
        return NOT_FOUND
    except (EngineNotFoundError, LocalAwsError, StackError) as error:
        print(error, file=sys.stderr)
        return 1


def _find(program: str, engine: Engine) -> str:
    """The program's file, looked for as the local run would."""
    found = shutil.which(program, path=search_path(engine))
    if not found:
        raise CommandNotFoundError(f"{program}: there is no such command; nothing was started")
    return os.path.abspath(found)  # noqa: PTH100  # a link stays what it is: an environment's python is one


def _run(command: Sequence[str], stack: Stack, end: signal.Signals) -> int:
    """Run it to its end; Ctrl-C is its own: it gets that too, and needs the local AWS to end well.

    Args:
        command: a program's file and its arguments.
        stack: where to run it.
        end: what ends it when this process is told to end; an interactive shell ignores SIGTERM.
    """
    process = None
    try:
        with interruptions_held():
            leave_ctrl_c_to_children()
            process = subprocess.Popen(command, cwd=stack.project, env=dict(stack.environment))
        status = process.wait()
    except KeyboardInterrupt:
        if process:
            _end(process, end)
        raise
    finally:
        ignore_interruptions()
    return status if status >= 0 else 128 - status


def _end(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    process.send_signal(how)
    try:
        process.wait(PATIENCE_IN_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
