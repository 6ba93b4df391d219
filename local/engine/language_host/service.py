"""The part of the language service that generates SDKs, for all languages."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any  # the generated protobuf classes

import grpc
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from local.engine.language_host.project import UserError


@contextmanager
def telling_the_user(context: Any) -> Iterator[None]:
    """Report only the message of a `UserError` to the engine."""
    try:
        yield
    except UserError as error:
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))


class SdkService(language_pb2_grpc.LanguageRuntimeServicer):
    """Generates SDKs of packages and adds them to projects, for all languages."""

    def __init__(self, language: str) -> None:
        self.language = language

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
