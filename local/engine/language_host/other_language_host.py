"""The service for languages in which this engine generates SDKs but runs no programs: `nodejs` and `go`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any  # the generated protobuf classes

from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2

from local.engine.language_host.children import Children
from local.engine.language_host.project import OFFICIAL, UserError
from local.engine.language_host.sdk_service import SdkService, telling_the_user

INSTALLATIONS = {"nodejs": ["npm", "install"], "go": ["go", "mod", "tidy"]}


class GeneratingHost(SdkService):
    """Generates SDKs for one language, adds them to projects and installs the dependencies of projects."""

    def __init__(self, language: str) -> None:
        super().__init__(language)
        self.children = Children()

    def Cancel(self, request: Any, context: Any) -> Any:
        self.children.end_all()
        return empty_pb2.Empty()

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:
        return language_pb2.GetRequiredPackagesResponse()

    def InstallDependencies(self, request: Any, context: Any) -> Iterator[Any]:
        with telling_the_user(context):
            command = INSTALLATIONS[self.language]
            yield language_pb2.InstallDependenciesResponse(stdout=f"{' '.join(command)}...\n".encode())
            process = self.children.start(command, Path(request.info.program_directory), piped=True)
            printed, errors = process.communicate()
            yield language_pb2.InstallDependenciesResponse(stdout=printed, stderr=errors)
            if self.children.wait(process) != 0:
                raise UserError(f"`{' '.join(command)}` failed.")

    def Run(self, request: Any, context: Any) -> Any:
        with telling_the_user(context):
            raise UserError(f"This engine runs no programs in {self.language}: {OFFICIAL}.")
