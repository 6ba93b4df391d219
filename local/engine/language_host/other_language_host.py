"""One engine's language host for Go or TypeScript."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any  # the generated protobuf classes

from google.protobuf import json_format
from pulumi.runtime.proto import language_pb2

from local.engine.language_host.children import end
from local.engine.language_host.commands import refuse_debugger, run_settings, stack_config
from local.engine.language_host.other_languages import LANGUAGES, refuse_options
from local.engine.language_host.project import UserError
from local.engine.language_host.service import LanguageService, run_response, telling_the_user


class OtherLanguageHost(LanguageService):
    """Installs the dependencies of projects in one language, and runs their programs."""

    def __init__(self, language: str, engine: str) -> None:
        super().__init__(language)
        self._engine = engine
        self._commands = LANGUAGES[language]

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:
        """None: a project names the plugins of its generated SDKs itself."""
        return language_pb2.GetRequiredPackagesResponse()

    def InstallDependencies(self, request: Any, context: Any) -> Iterator[Any]:
        with telling_the_user(context):
            command = self._commands.install
            yield language_pb2.InstallDependenciesResponse(stdout=f"{' '.join(command)}...\n".encode())
            printed = self._output_of(command, Path(request.info.program_directory))
            yield language_pb2.InstallDependenciesResponse(stdout=printed)

    def Run(self, request: Any, context: Any) -> Any:
        with telling_the_user(context), tempfile.TemporaryDirectory() as directory:
            refuse_debugger(request)
            refuse_options(self.language, json_format.MessageToDict(request.info.options))
            built = Path(directory, "program")
            if self._commands.build:
                self._output_of(self._commands.build(request, built), Path(request.info.program_directory))
            run = self._commands.run(request, run_settings(self._engine, request), built)
            process = self.children.start(
                run.command, Path(request.pwd), {**os.environ, **stack_config(request), **run.variables}
            )
            context.add_callback(lambda: end(process))
            return run_response(self.children.wait(process))

    def _output_of(self, command: Sequence[str], directory: Path) -> bytes:
        """What a successful command prints."""
        process = self.children.start(command, directory, piped=True)
        printed, errors = process.communicate()
        if self.children.wait(process) != 0:
            output = (printed + errors).decode(errors="replace").strip()
            raise UserError(f"`{' '.join(command)}` in {directory} failed:\n{output}")
        return bytes(printed + errors)
