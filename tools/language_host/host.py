"""The engine's Python language host: runs programs and plugins in their virtual environments.

Used with an engine built from Go modules only: an official Pulumi brings its own host. It speaks
https://github.com/pulumi/pulumi/blob/master/proto/pulumi/language.proto and takes where the virtual
environment is from the runtime options that the engine sends with each request.
"""

import json
import os
import platform
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent import futures
from importlib import metadata
from pathlib import Path
from typing import Any  # the generated protobuf classes

import grpc
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

RUNNER = "pulumi-language-python-exec"
SHOWN_ALREADY = 32
"""Exit status by which the runner says that the user has seen the error."""
PATIENCE_IN_SECONDS = 5
MESSAGE_LIMIT = 1 << 30


class UserError(Exception):
    """Something in the user's project is not as it must be; the message says what to do."""


def python_of(info: Any) -> str:
    """The interpreter of the project's virtual environment, or this one when it names none."""
    options = json_format.MessageToDict(info.options)
    named = options.get("virtualenv")
    if not named:
        return sys.executable
    python = Path(info.root_directory, named, "bin", "python")
    if not python.exists():
        raise UserError(
            f"The virtual environment {python.parent.parent} does not exist. "
            f"Make it with `pulumi install` (or `make setup`), or correct `virtualenv` in "
            f"{info.root_directory}'s project file."
        )
    return str(python)


def runner_on_path() -> str:
    """The SDK's program that runs a user's program."""
    found = shutil.which(RUNNER)
    if not found:
        raise UserError(f"{RUNNER} is not on PATH: run `make setup` again.")
    return found


class Children:
    """The running programs and plugins, each in a process group of its own, so that all can be ended."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()

    def start(self, command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        """Start a command without input; it ends no later than this host."""
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, **options)
        with self._lock:
            self._running.add(process)
        return process

    def wait(self, process: subprocess.Popen[bytes]) -> int:
        """Wait for a child; return its exit status."""
        status = process.wait()
        with self._lock:
            self._running.discard(process)
        return status

    def end(self, process: subprocess.Popen[bytes]) -> None:
        """End a child and all that it started: first asked to, then for good."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            if process.poll() is not None:
                return
            try:
                os.killpg(process.pid, sign)
                process.wait(PATIENCE_IN_SECONDS)
            except ProcessLookupError:
                return
            except subprocess.TimeoutExpired:
                continue

    def end_all(self) -> None:
        """End every child that still runs."""
        with self._lock:
            running = list(self._running)
        for process in running:
            self.end(process)


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """The service that the engine calls."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self.children = Children()

    def Handshake(self, request: Any, context: Any) -> Any:
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=metadata.version("pulumi"))

    def About(self, request: Any, context: Any) -> Any:
        return language_pb2.AboutResponse(executable=sys.executable, version=platform.python_version())

    def Cancel(self, request: Any, context: Any) -> Any:
        self.children.end_all()
        return empty_pb2.Empty()

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:
        try:
            installed = _run_python(python_of(request.info), _PLUGINS)
        except UserError as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
        return language_pb2.GetRequiredPackagesResponse(
            packages=[
                plugin_pb2.PackageDependency(
                    kind="resource", name=one["name"], version=one["version"], server=one["server"]
                )
                for one in installed
            ]
        )

    def GetProgramDependencies(self, request: Any, context: Any) -> Any:
        try:
            installed = _run_python(python_of(request.info), _DISTRIBUTIONS)
        except UserError as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[language_pb2.DependencyInfo(**one) for one in installed]
        )

    def InstallDependencies(self, request: Any, context: Any) -> Iterator[Any]:
        directory = Path(request.directory)
        named = json_format.MessageToDict(request.info.options).get("virtualenv", "")
        if not named:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"{directory} names no virtual environment.")
        environment = directory / named
        commands = []
        if not (environment / "bin" / "python").exists():
            commands.append([sys.executable, "-m", "venv", str(environment)])
        if (directory / "requirements.txt").exists():
            pip = [str(environment / "bin" / "python"), "-m", "pip", "install"]
            commands.append([*pip, "-r", str(directory / "requirements.txt")])
        for command in commands:
            yield from self._stream(
                command, directory, None, language_pb2.InstallDependenciesResponse, context
            )

    def Run(self, request: Any, context: Any) -> Any:
        try:
            python, runner = python_of(request.info), runner_on_path()
        except UserError as error:
            return language_pb2.RunResponse(error=str(error))
        process = self.children.start(
            [python, "-u", runner, *_run_arguments(request, self._engine)],
            env={
                **os.environ,
                "PULUMI_CONFIG": json.dumps(dict(request.config)),
                "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
            },
        )
        context.add_callback(lambda: self.children.end(process))
        status = self.children.wait(process)
        if status == SHOWN_ALREADY:
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse(error=f"Program exited with status {status}" if status else "")

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:
        try:
            python = python_of(request.info)
        except UserError as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
        program = request.info.program_directory
        module = ["-m", "pulumi.policy"] if request.kind == "analyzer" else []
        arguments = [*request.args, program] if module else [program, *request.args]
        environment = dict(entry.split("=", 1) for entry in request.env)
        yield from self._stream(
            [python, "-u", *module, *arguments],
            request.pwd,
            environment or None,
            language_pb2.RunPluginResponse,
            context,
        )

    def _stream(
        self,
        command: list[str],
        directory: Any,
        environment: dict[str, str] | None,
        response: Any,
        context: Any,
    ) -> Iterator[Any]:
        """Run a command and pass on what it prints as it prints it; its exit status comes last."""
        process = self.children.start(
            command, cwd=directory, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        context.add_callback(lambda: self.children.end(process))
        chunks: queue.Queue[tuple[str, bytes]] = queue.Queue()
        for name in ("stdout", "stderr"):
            threading.Thread(target=_pump, args=(process, name, chunks), daemon=True).start()
        open_streams = 2
        while open_streams:
            name, chunk = chunks.get()
            if chunk:
                yield response(**{name: chunk})
            else:
                open_streams -= 1
        status = self.children.wait(process)
        if "exitcode" in response.DESCRIPTOR.fields_by_name:
            yield response(exitcode=status)
        elif status != 0:
            context.abort(grpc.StatusCode.UNKNOWN, f"`{' '.join(command)}` ended with status {status}")


def _pump(process: subprocess.Popen[bytes], name: str, chunks: "queue.Queue[tuple[str, bytes]]") -> None:
    stream = getattr(process, name)
    while chunk := stream.read1(65536):
        chunks.put((name, chunk))
    chunks.put((name, b""))


def _run_arguments(request: Any, engine: str) -> list[str]:
    named = {
        "monitor": request.monitor_address,
        "engine": engine,
        "project": request.project,
        "stack": request.stack,
        "pwd": request.pwd,
        "parallel": str(request.parallel),
        "organization": request.organization,
        "root_directory": request.info.root_directory,
    }
    if request.dryRun:
        named["dry_run"] = "true"
    program = str(Path(request.info.program_directory, request.info.entry_point or "."))
    return [part for name, value in named.items() for part in (f"--{name}", value)] + [program, *request.args]


_DISTRIBUTIONS = """
import importlib.metadata, json
found = importlib.metadata.distributions()
print(json.dumps([{"name": one.metadata["Name"], "version": one.version} for one in found]))
"""

_PLUGINS = """
import importlib.metadata, json
found = []
for distribution in importlib.metadata.distributions():
    for file in distribution.files or ():
        if file.name == "pulumi-plugin.json" and len(file.parts) == 2:
            plugin = json.loads(file.read_text())
            if plugin.get("resource"):
                version = "v" + (plugin.get("version") or distribution.version).removeprefix("v")
                found.append({"name": plugin["name"], "version": version, "server": plugin.get("server", "")})
print(json.dumps(found))
"""


def _run_python(python: str, program: str) -> list[dict[str, str]]:
    """What a small program prints as JSON, run by the project's own interpreter."""
    done = subprocess.run([python, "-c", program], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise UserError(f"{python} cannot list what is installed in it: {done.stderr.strip()}")
    found: list[dict[str, str]] = json.loads(done.stdout)
    return found


def serve(engine: str) -> None:
    """Serve until the engine asks to end; print the port for it."""
    host = LanguageHost(engine)
    server = grpc.server(
        futures.ThreadPoolExecutor(16),
        options=[
            ("grpc.max_receive_message_length", MESSAGE_LIMIT),
            ("grpc.max_send_message_length", MESSAGE_LIMIT),
        ],
    )
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    ended = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: ended.set())
    print(port, flush=True)
    ended.wait()
    host.children.end_all()
    server.stop(grace=1)


if __name__ == "__main__":
    serve([argument for argument in sys.argv[1:] if not argument.startswith("-")][-1])
