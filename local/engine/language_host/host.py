"""The service with which the engine runs programs and plugins, each in its virtual environment.

It implements https://github.com/pulumi/pulumi/blob/master/proto/pulumi/language.proto like the official host,
for the pip toolchain only.
"""

import json
import logging
import os
import queue
import shutil
import sys
import threading
from collections.abc import Generator, Iterator
from concurrent import futures
from pathlib import Path
from typing import Any  # the generated protobuf classes

import grpc
from google.protobuf import json_format
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

from local.engine.language_host.children import end
from local.engine.language_host.commands import plugin_command, program_command, stack_config
from local.engine.language_host.packages import required_packages
from local.engine.language_host.project import Project, UserError, read_project
from local.engine.language_host.service import LanguageService, run_response, telling_the_user

RUNNER = "pulumi-language-python-exec"
MESSAGE_LIMIT = 1 << 30
CHUNK = 1 << 16


class LanguageHost(LanguageService):
    """One engine's language host for Python."""

    def __init__(self, engine: str) -> None:
        super().__init__("python")
        self._engine = engine

    def About(self, request: Any, context: Any) -> Any:
        with telling_the_user(context):
            project = _project(request.info)
            version = project.output_of("-c", "import platform; print(platform.python_version())")
            return language_pb2.AboutResponse(executable=project.python, version=version)

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:
        with telling_the_user(context):
            return language_pb2.GetRequiredPackagesResponse(
                packages=required_packages(_project(request.info))
            )

    def GetProgramDependencies(self, request: Any, context: Any) -> Any:
        with telling_the_user(context):
            which = [] if request.transitiveDependencies else ["--not-required"]
            listed = _project(request.info).output_of("-m", "pip", "list", "--format", "json", *which)
            return language_pb2.GetProgramDependenciesResponse(
                dependencies=[
                    language_pb2.DependencyInfo(name=one["name"], version=one["version"])
                    for one in json.loads(listed)
                ]
            )

    def InstallDependencies(self, request: Any, context: Any) -> Iterator[Any]:
        with telling_the_user(context):
            project = _project(request.info, default_virtualenv="venv" if request.is_plugin else "")
            for purpose, command in _installation(project):
                yield language_pb2.InstallDependenciesResponse(stdout=f"{purpose}...\n".encode())
                status = yield from self._stream(
                    command, project, language_pb2.InstallDependenciesResponse, context
                )
                if status != 0:
                    raise UserError(f"`{' '.join(command)}` ended with exit status {status}.")
            yield language_pb2.InstallDependenciesResponse(stdout=b"Finished installing dependencies\n")

    def Run(self, request: Any, context: Any) -> Any:
        with telling_the_user(context):
            project = _project(request.info)
            process = self.children.start(
                program_command(project, _runner(), self._engine, request),
                environment={**project.environment(), **stack_config(request)},
            )
            context.add_callback(lambda: end(process))
            return run_response(self.children.wait(process))

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:
        with telling_the_user(context):
            is_pack = request.kind == "analyzer"
            project = _project(request.info, default_virtualenv="" if is_pack else "venv")
            given = dict(entry.split("=", 1) for entry in request.env)
            status = yield from self._stream(
                plugin_command(project, request),
                project,
                language_pb2.RunPluginResponse,
                context,
                directory=Path(request.pwd) if request.pwd else None,
                environment=given,
            )
            yield language_pb2.RunPluginResponse(exitcode=status)

    def _stream(
        self,
        command: list[str],
        project: Project,
        response: Any,
        context: Any,
        *,
        directory: Path | None = None,
        environment: dict[str, str] | None = None,
    ) -> Generator[Any, None, int]:
        """Run a command, stream its output, and return its exit status."""
        process = self.children.start(
            command,
            directory or project.directory,
            {**project.environment(), **(environment or {})},
            piped=True,
        )
        context.add_callback(lambda: end(process))
        chunks: queue.Queue[tuple[str, bytes]] = queue.Queue()
        for name, stream in (("stdout", process.stdout), ("stderr", process.stderr)):
            threading.Thread(target=_pump, args=(stream, name, chunks), daemon=True).start()
        open_streams = 2
        while open_streams:
            name, chunk = chunks.get()
            if chunk:
                yield response(**{name: chunk})
            else:
                open_streams -= 1
        return self.children.wait(process)


def serve(host: LanguageService, ended: threading.Event) -> None:
    """Serve until `ended` is set or the engine has ended. Then end all child processes."""
    logging.getLogger("grpc").setLevel(logging.CRITICAL)  # the engine reports it to the user
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
    threading.Thread(target=_watch_engine, args=(ended,), daemon=True).start()
    print(port, flush=True)
    ended.wait()
    host.children.end_all()
    server.stop(grace=1).wait()


def _watch_engine(ended: threading.Event) -> None:
    """Set `ended` when standard input closes: the engine keeps it open until it ends, even if it is
    killed.
    """
    while os.read(sys.stdin.fileno(), CHUNK):
        continue
    ended.set()


def _project(info: Any, *, default_virtualenv: str = "") -> Project:
    return read_project(
        info.root_directory,
        info.program_directory,
        json_format.MessageToDict(info.options),
        default_virtualenv=default_virtualenv,
    )


def _runner() -> str:
    found = shutil.which(RUNNER)
    if not found:
        raise UserError(f"{RUNNER} is not on PATH: run `make setup` again.")
    return found


def _installation(project: Project) -> Iterator[tuple[str, list[str]]]:
    if project.virtualenv and not (project.virtualenv / "bin" / "python").exists():
        yield "Creating virtual environment", [sys.executable, "-m", "venv", str(project.virtualenv)]
    pip = [project.python, "-m", "pip", "install"]
    yield "Updating pip, setuptools, and wheel", [*pip, "--upgrade", "pip", "setuptools", "wheel"]
    if (project.directory / "requirements.txt").exists():
        yield "Installing dependencies", [*pip, "-r", "requirements.txt"]


def _pump(stream: Any, name: str, chunks: "queue.Queue[tuple[str, bytes]]") -> None:
    while chunk := stream.read1(CHUNK):
        chunks.put((name, chunk))
    chunks.put((name, b""))
