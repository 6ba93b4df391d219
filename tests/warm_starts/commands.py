"""The commands that stand in for the language host, the SDK's runner of programs, and the AWS provider."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from encrypted_tables.engine.find import LANGUAGE_HOST_VARIABLE, Engine
from local.engine.find_or_build import find_or_build_engine
from local.engine.language_host.host import RUNNER
from local.local_run import AWS_PLUGIN, PLUGIN_DIRECTORY, PYTHON, LocalRun, local_run, search_path
from local.process import LocalAws
from tests.local.engine.processes import wait_until

WarmRun = Callable[..., AbstractContextManager[LocalRun]]
"""Starts a local run: `WarmStarts.local_run` with a secrets provider."""
HERE = Path(__file__).resolve().parent
RUNNER_SCRIPT = """\
import os, sys
if os.path.realpath(sys.prefix) != {prefix!r}:
    os.execv(sys.executable, [sys.executable, "-u", {runner!r}, *sys.argv[1:]])
sys.path.insert(0, {here!r})
from client import run
run({server!r}, [{runner!r}, *sys.argv[1:]])
"""


@dataclass(frozen=True)
class WarmStarts:
    """An engine whose programs and language hosts start warm, and the server for providers."""

    engine: Engine
    _plugins: Path

    @contextmanager
    def local_run(
        self,
        secrets_provider: str,
        aws: AbstractContextManager[LocalAws] | None = None,
        *,
        has_warm_provider: bool = True,
    ) -> Iterator[LocalRun]:
        """A local run with this engine. Its provider starts warm too, if it is the local stand-in.

        Args:
            secrets_provider: what encrypts secrets in states, as for `local.local_run.local_run`.
            aws: the local AWS, likewise.
            has_warm_provider: False for tests that look for the provider's process.
        """
        with local_run(engine=self.engine, secrets_provider=secrets_provider, aws=aws) as run:
            launcher = run.directory / "pulumi" / PLUGIN_DIRECTORY / AWS_PLUGIN
            if has_warm_provider and not launcher.is_symlink():
                _write_script(launcher, self._plugins, ["-m", "local.provider"])
            yield run


@contextmanager
def warm_starts(directory: Path) -> Iterator[WarmStarts]:
    """Start the servers, and put the commands into this directory. Only an engine that this project built
    uses its language host, and so starts programs warm.
    """
    engine = find_or_build_engine()
    with server(PYTHON, directory, "programs") as programs, server(PYTHON, directory, "plugins") as plugins:
        yield WarmStarts(_warm(engine, directory, programs, plugins), plugins)


@contextmanager
def server(python: Path, directory: Path, kind: str) -> Iterator[Path]:
    """Start the server for a kind of processes with this Python. Yields its socket in the directory."""
    socket = directory / kind
    process = subprocess.Popen([python, "-P", HERE / "server.py", socket, kind], stdin=subprocess.PIPE)
    try:
        wait_until(socket.exists)
        yield socket
    finally:
        process.communicate()


def client_of(server: Path, *command: str) -> tuple[str, ...]:
    """The command that has the server at this socket start a process."""
    return (str(PYTHON), "-I", "-S", str(HERE / "client.py"), str(server), *command)


def _warm(engine: Engine, directory: Path, programs: Path, plugins: Path) -> Engine:
    if LANGUAGE_HOST_VARIABLE not in engine.variables:
        return engine
    host = directory / "language-host"
    _write_script(host, plugins, [str(Path(engine.variables[LANGUAGE_HOST_VARIABLE]).parent)])
    runner = shutil.which(RUNNER, path=search_path(engine))
    values = {
        "prefix": os.path.realpath(sys.prefix),
        "runner": runner,
        "here": str(HERE),
        "server": str(programs),
    }
    (directory / RUNNER).write_text(RUNNER_SCRIPT.format(**values))
    (directory / RUNNER).chmod(0o700)
    return replace(
        engine,
        path_entries=(directory, *engine.path_entries),
        # Garbage collection takes a tenth of a command's time; no command of a test lasts until it needs it.
        variables={**engine.variables, LANGUAGE_HOST_VARIABLE: str(host), "GOGC": "off"},
    )


def _write_script(file: Path, server: Path, command: list[str]) -> None:
    file.write_text(f'#!/bin/sh\nexec {shlex.join(client_of(server, *command))} "$@"\n')
    file.chmod(0o700)
