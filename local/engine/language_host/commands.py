"""Builds the command lines for programs and plugins, like those of the official host."""

import tomllib

from pulumi.runtime.proto import language_pb2

from local.engine.language_host.project import OFFICIAL, Project, UserError


def program_command(
    project: Project, runner: str, engine: str, request: language_pb2.RunRequest
) -> list[str]:
    """The command that runs a user's program through the SDK's runner.

    Raises:
        UserError: the virtual environment is missing, or a debugger was requested.
    """
    refuse_debugger(request)
    named = {
        "monitor": request.monitor_address,
        "engine": engine,
        "project": request.project,
        "root_directory": request.info.root_directory,
        "stack": request.stack,
        "pwd": request.pwd,
        "dry_run": "true" if request.dryRun else "false",
        "parallel": str(request.parallel),
        "organization": request.organization,
    }
    flags = [part for name, value in named.items() if value for part in (f"--{name}", value)]
    return [project.python, "-u", runner, *flags, request.info.entry_point or ".", *request.args]


def plugin_command(project: Project, request: language_pb2.RunPluginRequest) -> list[str]:
    """The command that runs a policy pack, or a plugin with a `__main__.py` or a buildable package.

    Raises:
        UserError: the virtual environment is missing, the plugin has neither of these, or a debugger was
            requested.
    """
    refuse_debugger(request)
    python = [project.python, "-u"]
    program = request.info.program_directory
    if request.kind == "analyzer":
        return [*python, "-m", "pulumi.policy", *request.args, program]
    if (project.root / "__main__.py").exists():
        return [*python, program, *request.args]
    return [*python, "-m", "pulumi.run.plugin", _package_name(project), *request.args]


def refuse_debugger(request: language_pb2.RunRequest | language_pb2.RunPluginRequest) -> None:
    """Raise if a debugger was requested: this host does not support debuggers."""
    if request.attach_debugger:
        raise UserError(f"This engine's Python language host does not support debuggers: {OFFICIAL}.")


def _package_name(project: Project) -> str:
    file = project.root / "pyproject.toml"
    pyproject = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    name = pyproject.get("project", {}).get("name")
    if not name or "build-system" not in pyproject:
        raise UserError(
            f"The plugin in {project.root} cannot be run: it has neither `__main__.py` nor a buildable "
            "`pyproject.toml` with a [build-system] and a project name."
        )
    return str(name)
