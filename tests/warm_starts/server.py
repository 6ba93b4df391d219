"""`python -P server.py SOCKET KIND`, with a kind of `PREPARATIONS`: forks a process for each client,
until stdin closes.
"""

import contextlib
import functools
import gc
import importlib
import io
import os
import pkgutil
import runpy
import select
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_IN_SECONDS = 5.0
PROGRAMS = (
    "pulumi",
    "pulumi.provider",
    "pulumi_aws.appautoscaling",
    "pulumi_aws.dynamodb",
    "pulumi_aws.iam",
    "pulumi_aws.kms",
    "pydantic.main",
    "pydantic.plugin._loader",
    "pydantic.type_adapter",
    "pydantic.types",
    "grpc._channel",
    "grpc._utilities",
    "components.checked_table",
    "components.table_resources",
)
PLUGINS = (
    "concurrent.futures.thread",
    "encodings.idna",
    "grpc._channel",
    "grpc._utilities",
    "grpc._server",
    "local.engine.language_host.other_language_host",
    "local.engine.language_host.host",
    "local.provider.servicer",
)
EMULATORS = ("hypercorn.asyncio.run", "hypercorn.protocol.h11", "local.emulator.server.serve")
SERVICES = ("application-autoscaling", "dynamodb", "iam", "kms", "sts")
EMULATED = ("dynamodb", "iam", "kms", "sts")
REGION = "us-east-1"
ACCOUNT_ID = "111122223333"


def import_packages(kind: str) -> list[threading.Thread]:
    """Import what all processes of a kind import. Returns the threads that the packages would start."""
    gc.disable()
    sys.path.insert(0, str(ROOT))
    with held_threads() as threads:
        PREPARATIONS[kind]()
    gc.freeze()
    gc.enable()
    return threads


def prepare_programs() -> None:
    """Import what Pulumi programs import."""
    for module in PROGRAMS:
        hasattr(importlib.import_module(module), "__all__")  # loads a service of pulumi_aws, which are lazy
    settings: Any = importlib.import_module("components.table_settings")
    settings.TableSettings.model_validate({"partition_key": {"name": "id", "type": "S"}})  # builds the models
    aws, types = sys.modules["pulumi_aws"], sys.modules["pulumi._types"]
    for resource in (aws.dynamodb.Table, aws.kms.Alias, aws.kms.Key):
        types.resource_types(resource)  # pulumi keeps what it finds out
    sys.path.remove(str(ROOT))


def share_botocore_caches() -> None:
    """Call the function of this name, whose module has to be imported after the preparation of `sys.path`."""
    importlib.import_module("tests.warm_starts.botocore_caches").share_botocore_caches()


def prepare_plugins() -> None:
    """Import what language hosts and providers import, and read the descriptions of AWS's services."""
    importlib.import_module("local.sdk_messages").import_messages_only()
    for module in PLUGINS:
        importlib.import_module(module)
    share_botocore_caches()
    read_descriptions()


def prepare_commands() -> None:
    """Import what the subcommands of `encrypted-tables` import."""
    package = importlib.import_module("encrypted_tables")
    for module in pkgutil.walk_packages(package.__path__, "encrypted_tables."):
        if not module.name.endswith((".__main__", ".pytest_plugin")):
            importlib.import_module(module.name)
    share_botocore_caches()


def prepare_emulators() -> None:
    """Import what emulators import, which depends on their environment, and read their service models."""
    settings: Any = importlib.import_module("local.emulator.settings")
    os.environ.clear()
    os.environ.update(settings.Settings(0, REGION, ACCOUNT_ID, None, None, "").environment())
    for module in EMULATORS:
        importlib.import_module(module)
    share_botocore_caches()
    responses: Any = importlib.import_module("ministack.core.responses")
    for service in EMULATED:
        responses._service_model(service)


PREPARATIONS = {
    "programs": prepare_programs,
    "plugins": prepare_plugins,
    "commands": prepare_commands,
    "emulators": prepare_emulators,
}


@contextlib.contextmanager
def held_threads() -> Iterator[list[threading.Thread]]:
    """The threads that are to start in the block. They do not: a fork would not copy them."""
    threads: list[threading.Thread] = []

    def hold(self: threading.Thread) -> None:
        threads.append(self)

    start, threading.Thread.start = threading.Thread.start, hold  # type: ignore[method-assign]
    try:
        yield threads
    finally:
        threading.Thread.start = start  # type: ignore[method-assign]


def read_descriptions() -> None:
    """Make the botocore session that all providers then share, with the descriptions of AWS's services."""
    session: Any = importlib.import_module("local.provider.session")
    session._without_files = functools.cache(session._without_files)
    provider = session.Session(session.Settings("http://127.0.0.1:1", "none", "none", REGION))
    for service in SERVICES:
        provider.client(service)


@dataclass(frozen=True)
class Request:
    """A process that a client asks for."""

    arguments: list[str]
    environment: Mapping[str, str]
    directory: str
    streams: list[int]

    @classmethod
    def read(cls, client: socket.socket) -> "Request":
        """Read it: the number of arguments, the arguments, the directory and the environment."""
        length, streams, _, _ = socket.recv_fds(client, 8, 3)
        text = os.fsdecode(client.makefile("rb").read(int.from_bytes(length)))
        count, *words = text.split("\0")
        arguments, (directory, *variables) = words[: int(count)], words[int(count) :]
        environment = dict(variable.split("=", 1) for variable in variables)
        return cls(arguments, environment, directory, streams)


def accept(server: socket.socket) -> list[str]:
    """Wait for clients. Return, in a new process for each, the arguments of its command."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while sys.stdin not in select.select([server, sys.stdin], [], [])[0]:
        client, _ = server.accept()
        if os.fork() == 0:
            server.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            return attend(client)
        client.close()
    sys.exit()


def attend(client: socket.socket) -> list[str]:
    """Return in a new process, and wait for its end in this one."""
    request = Request.read(client)
    ended, alive = os.pipe()
    process = os.fork()
    if process == 0:
        client.close()
        become(request)
        return request.arguments
    os.close(alive)
    for stream in request.streams:
        os.close(stream)
    readable, _, _ = select.select([client.fileno(), ended], [], [])
    if client.fileno() in readable:  # the client is to end, or has ended
        os.kill(process, signal.SIGTERM)
        if not select.select([ended], [], [], PATIENCE_IN_SECONDS)[0]:
            os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    with contextlib.suppress(BrokenPipeError):
        client.send(os.waitstatus_to_exitcode(status).to_bytes(2, signed=True))
    os._exit(0)


def become(request: Request) -> None:
    """Take over the streams, environment and directory of the client."""
    for number, stream in enumerate(request.streams):
        os.dup2(stream, number)
        os.close(stream)
    os.setsid()
    os.environ.clear()
    os.environ.update(request.environment)
    os.chdir(request.directory)
    if Path("components").resolve() != ROOT / "components":
        forget_components()
    sys.path[:0] = [one for one in os.environ.get("PYTHONPATH", "").split(os.pathsep) if one]
    sys.stdout, sys.stderr = unbuffered(1, "strict"), unbuffered(2, "backslashreplace")


def forget_components() -> None:
    """Let a program import its own components, or none."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "components"]:
        del sys.modules[name]


def unbuffered(stream: int, errors: str) -> io.TextIOWrapper:
    """A standard stream as `python -u` opens it."""
    raw = io.FileIO(stream, "w", closefd=False)
    return io.TextIOWrapper(raw, encoding="utf-8", errors=errors, write_through=True)


def run(command: str, arguments: list[str]) -> None:
    """Run a module (`-m NAME`) or a script, as Python would."""
    if command == "-m":
        sys.argv = arguments
        sys.path.insert(0, str(Path.cwd()))
        runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv = [command, *arguments]
        sys.path.insert(0, os.path.dirname(command))  # noqa: PTH120  # as Python does
        runpy.run_path(command, run_name="__main__")


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(sys.argv[1])
        listening.listen(64)
        threads = import_packages(sys.argv[2])
        command, *arguments = accept(listening)
    for thread in threads:
        thread.start()
    run(command, arguments)
