"""Generates SDKs of Pulumi packages, and adds them to projects: `pulumi package add` and `gen-sdk`."""

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from local.engine.build import GENERATOR
from local.engine.language_host.project import UserError


def generate(language: str, request: Any) -> None:  # noqa: ANN401  # a generated class
    """Write a package's SDK for a language into the directory of the request.

    Raises:
        UserError: the generator is missing, or the schema is invalid.
    """
    generator = shutil.which(GENERATOR)
    if not generator:
        raise UserError(f"{GENERATOR} is not on PATH: run `make setup` again.")
    local = "true" if request.local else "false"
    command = [generator, language, request.directory, request.loader_target, local]
    _run(command, Path(request.directory), request.schema)
    for name, content in request.extra_files.items():
        file = Path(request.directory, name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def link(language: str, project: Path, sdks: list[Path]) -> str:
    """Add SDKs in a project's directory to its dependencies; return how programs import them.

    Args:
        language: `python`, `nodejs` or `go`.
        project: the project's directory.
        sdks: the directories of the SDKs, relative to the project's.
    """
    return "\n".join(_LINKS[language](project, sdk) for sdk in sdks)


def _link_python(project: Path, sdk: Path) -> str:
    requirements = project / "requirements.txt"
    lines = requirements.read_text().splitlines() if requirements.exists() else []
    if str(sdk) not in lines:
        requirements.write_text("\n".join([*lines, str(sdk), ""]))
    (plugin,) = (project / sdk).glob("*/pulumi-plugin.json")
    return f"Import the SDK in Python:\n\n  import {plugin.parent.name}\n"


def _link_nodejs(project: Path, sdk: Path) -> str:
    name = json.loads((project / sdk / "package.json").read_text())["name"]
    _run(["npm", "pkg", "set", f"dependencies.{name}=file:{sdk.as_posix()}"], project)
    return f'Import the SDK in TypeScript:\n\n  import * as encryptedTables from "{name}";\n'


def _link_go(project: Path, sdk: Path) -> str:
    module = (project / sdk / "go.mod").read_text().split()[1]
    (plugin,) = (project / sdk).glob("*/pulumi-plugin.json")
    replaced = f"-replace={module}=./{sdk.as_posix()}"
    _run(["go", "mod", "edit", f"-require={module}@v0.0.0", replaced], project)
    return f'Import the SDK in Go, then run `go mod tidy`:\n\n  import "{module}/{plugin.parent.name}"\n'


_LINKS: Mapping[str, Callable[[Path, Path], str]] = {
    "python": _link_python,
    "nodejs": _link_nodejs,
    "go": _link_go,
}


def _run(command: list[str], directory: Path, standard_input: str = "") -> None:
    try:
        done = subprocess.run(
            command, cwd=directory, input=standard_input, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise UserError(f"{command[0]} is not on PATH; install it, then try again.") from None
    if done.returncode != 0:
        raise UserError(f"`{command[0]} {command[1]}` failed: {done.stderr.strip()}")
