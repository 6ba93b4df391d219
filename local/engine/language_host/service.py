"""The parts of the language service that all languages share."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any  # the generated protobuf classes

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from local.engine.language_host.children import Children
from local.engine.language_host.project import UserError

SHOWN_ALREADY = 32
"""Exit status of a program whose error has already been shown to the user."""


@contextmanager
def telling_the_user(context: Any) -> Iterator[None]:
    """Report only the message of a `UserError` to the engine."""
    try:
        yield
    except UserError as error:
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))


def run_response(status: int) -> Any:
    """The response to the engine for a program with this exit status."""
    if status == SHOWN_ALREADY:
        return language_pb2.RunResponse(bail=True)
    if status < 0:
        return language_pb2.RunResponse(
            error=f"program was ended by signal {-status} ({signal.strsignal(-status)})"
        )
    return language_pb2.RunResponse(
        error=f"program exited with non-zero exit code: {status}" if status else ""
    )


class LanguageService(language_pb2_grpc.LanguageRuntimeServicer):
    """Generates SDKs of packages and adds them to projects. Its child processes end with it."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.children = Children()

    def Cancel(self, request: Any, context: Any) -> Any:
        self.children.end_all()
        return empty_pb2.Empty()

    def Handshake(self, request: Any, context: Any) -> Any:
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        from importlib import metadata  # noqa: PLC0415  # slow, and hardly ever asked for

        return plugin_pb2.PluginInfo(version=metadata.version("pulumi"))

    def GeneratePackage(self, request: Any, context: Any) -> Any:
        from local.engine.language_host.sdks import generate  # noqa: PLC0415  # slow, and hardly ever asked for

        with telling_the_user(context):
            generate(self.language, request)
            return language_pb2.GeneratePackageResponse()

    def Link(self, request: Any, context: Any) -> Any:
        from local.engine.language_host.sdks import link  # noqa: PLC0415  # slow, and hardly ever asked for

        with telling_the_user(context):
            project = Path(request.info.program_directory)
            instructions = link(self.language, project, [Path(one.path) for one in request.packages])
            return language_pb2.LinkResponse(import_instructions=instructions)
