"""A shell, or one command, in a local run: in the project itself, with the policy pack on."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from encrypted_tables.engine.find import Engine, EngineNotFoundError
from encrypted_tables.engine.stack import Stack, StackError
from encrypted_tables.interruption import (
    INTERRUPTED,
    ignore_interruptions,
    interruptions_held,
    leave_ctrl_c_to_children,
)
from local.engine.find_or_build import find_or_build_engine
from local.local_run import INHERITED, ROOT, LocalRun, local_run, search_path
from local.process import LocalAwsError
from local.shared_shell import Registration, Shell, joined, wait_for_others
from local.shell_project import stack_of

NOT_FOUND = 127
PATIENCE_IN_SECONDS = 10.0
HINT = "Try `pulumi up`. `exit` ends the local AWS and removes everything in it."
HINT_TO_JOINED = "This shell shares the local AWS and the stack of the shell that was opened first."
# https://www.pulumi.com/docs/iac/cli/environment-variables/: any flag can be given by a variable
POLICY_PACK = {
    "PULUMI_OPTION_POLICY_PACK": str(ROOT / "policy-pack"),
    "PULUMI_OPTION_POLICY_PACK_CONFIG": str(ROOT / "policy-pack" / "config" / "mandatory.json"),
}


class CommandNotFoundError(Exception):
    """The command does not exist in a local run."""


def run_in_local_run(command: Sequence[str], project: Path) -> int:
    """Run a command in a local run with the stack `dev` of a project.

    Args:
        command: a program and its arguments; the user's shell when empty.
        project: the directory of a Pulumi program.

    Returns:
        The command's exit status; 127 if there is no such command, 1 if no local run could be started.
    """
    try:
        engine = find_or_build_engine()
        program, *arguments = command or [os.environ.get("SHELL", "/bin/sh")]
        found = [_find(program, engine), *arguments]
        registration = Registration(project)
        with registration.held() as is_first:
            if is_first:
                return _start(found, project, engine, registration, is_shell=not command)
            return _join(found, registration.read(), is_shell=not command)
    except CommandNotFoundError as error:
        print(error, file=sys.stderr)
        return NOT_FOUND
    except (EngineNotFoundError, LocalAwsError, StackError) as error:
        print(error, file=sys.stderr)
        return 1


def _start(
    command: Sequence[str], project: Path, engine: Engine, registration: Registration, *, is_shell: bool
) -> int:
    with local_run(engine=engine) as run, stack_of(project, run) as stack:
        shell = _opened(run, stack)
        registration.publish(shell)
        print(shell.description, *[HINT] if is_shell else [], sep="\n", file=sys.stderr)
        status = _run(command, shell, is_shell=is_shell)
        wait_for_others(shell)
        ignore_interruptions()
        return status


def _opened(run: LocalRun, stack: Stack) -> Shell:
    """Select the stack and tag it, as the walk-through does."""
    stack.run("stack", "select").checked()
    stack.run("stack", "tag", "set", "ephemeral", "true").checked()
    where = f"stack: {stack.name} of {stack.project}, tagged `ephemeral` | policy pack: on, mandatory"
    return Shell(
        str(stack.project),
        {**stack.environment, **POLICY_PACK},
        f"{run.description}\n{where}",
        str(run.directory),
    )


def _join(command: Sequence[str], shell: Shell, *, is_shell: bool) -> int:
    with joined(shell):
        print(shell.description, *[HINT_TO_JOINED] if is_shell else [], sep="\n", file=sys.stderr)
        try:
            return _run(command, shell, is_shell=is_shell)
        except KeyboardInterrupt:
            print("Interrupted. The local AWS continues in the shell that started it.", file=sys.stderr)
            return INTERRUPTED


def _find(program: str, engine: Engine) -> str:
    """The path of a program on the PATH of the local run."""
    found = shutil.which(program, path=search_path(engine))
    if not found:
        raise CommandNotFoundError(f"{program}: command not found; nothing was started")
    return os.path.abspath(found)  # noqa: PTH100  # a link stays what it is: an environment's python is one


def _run(command: Sequence[str], shell: Shell, *, is_shell: bool) -> int:
    """Run it to its end. Only the command handles Ctrl-C, because it needs the local AWS to clean up.

    A signal to this process ends the command: an interactive shell ignores SIGTERM, but not SIGHUP.
    """
    process = None
    on_ctrl_c = signal.getsignal(signal.SIGINT)
    try:
        with interruptions_held():
            leave_ctrl_c_to_children()
            process = subprocess.Popen(command, cwd=shell.project, env=_environment(shell.environment))
        status = process.wait()
        signal.signal(signal.SIGINT, on_ctrl_c)
    except KeyboardInterrupt:
        if process:
            _end(process, signal.SIGHUP if is_shell else signal.SIGTERM)
        raise
    return status if status >= 0 else 128 - status


def _environment(of_run: Mapping[str, str]) -> Mapping[str, str]:
    """The environment of the run, with this terminal's own variables."""
    return {**of_run, **{name: os.environ[name] for name in INHERITED if name in os.environ}}


def _end(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    process.send_signal(how)
    try:
        process.wait(PATIENCE_IN_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
