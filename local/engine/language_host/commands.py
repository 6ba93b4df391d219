"""Builds the command lines for programs and plugins, like those of the official host."""

import json
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
    flags = [part for name, value in run_settings(engine, request).items() for part in (f"--{name}", value)]
    return [project.python, "-u", runner, *flags, request.info.entry_point or ".", *request.args]


def run_settings(engine: str, request: language_pb2.RunRequest) -> dict[str, str]:
    """What the SDK of a program needs to know about its run, without empty values."""
    settings = {
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
    return {name: value for name, value in settings.items() if value}


def stack_config(request: language_pb2.RunRequest) -> dict[str, str]:
    """The environment variables with the stack's config."""
    return {
        "PULUMI_CONFIG": json.dumps(dict(request.config)),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
    }


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
    """Raise if a debugger was requested: the language hosts do not support debuggers."""
    if request.attach_debugger:
        raise UserError(f"This engine's language hosts do not support debuggers: {OFFICIAL}.")


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
