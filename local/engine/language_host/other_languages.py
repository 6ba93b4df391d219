"""How programs in Go and TypeScript are installed, built and run, as the official hosts do it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulumi.runtime.proto import language_pb2

from local.engine.language_host.project import OFFICIAL, UserError

NODEJS_RUNNER = Path("node_modules", "@pulumi", "pulumi", "cmd", "run")


@dataclass(frozen=True)
class Run:
    """A program that is ready to run: its command and the variables that its SDK reads."""

    command: Sequence[str]
    variables: Mapping[str, str]


@dataclass(frozen=True)
class Language:
    """The commands of a language.

    `options` are the runtime options that change nothing here; the others are not supported. `build` is the
    command that builds a program into a file.
    """

    install: Sequence[str]
    options: Mapping[str, Any]
    run: Callable[[language_pb2.RunRequest, Mapping[str, str], Path], Run]
    build: Callable[[language_pb2.RunRequest, Path], Sequence[str]] | None = None


def refuse_options(language: str, options: Mapping[str, Any]) -> None:
    """Raise if the project's runtime has an option that this host does not support."""
    for name, value in options.items():
        if LANGUAGES[language].options.get(name) != value:
            raise UserError(
                f"This engine does not support the runtime option `{name}: {value}` of {language}. "
                f"Remove it, or {OFFICIAL}."
            )


def _build_go(request: language_pb2.RunRequest, program: Path) -> Sequence[str]:
    return ["go", "build", "-o", str(program), request.info.entry_point or "."]


def _run_go(request: language_pb2.RunRequest, settings: Mapping[str, str], program: Path) -> Run:
    variables = {f"PULUMI_{name.upper()}": value for name, value in settings.items() if name != "pwd"}
    return Run([str(program), *request.args], variables)


def _run_nodejs(request: language_pb2.RunRequest, settings: Mapping[str, str], _: Path) -> Run:
    directory = Path(request.info.program_directory)
    places = (place / NODEJS_RUNNER for place in (directory, *directory.parents))
    runner = next((place for place in places if place.is_dir()), None)
    if not runner:
        raise UserError(f"{directory} has no `@pulumi/pulumi` in `node_modules`. Run `pulumi install` there.")
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in settings.items()]
    command = ["node", str(runner), *flags, request.info.entry_point or ".", *request.args]
    return Run(command, {"PULUMI_NODEJS_TYPESCRIPT": "true"})


LANGUAGES: Mapping[str, Language] = {
    "go": Language(["go", "mod", "tidy"], {}, _run_go, _build_go),
    "nodejs": Language(["npm", "install"], {"packagemanager": "npm", "typescript": True}, _run_nodejs),
}
