"""A program's or plugin's directory: its runtime options, its virtual environment, its Python."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OFFICIAL = "install Pulumi (https://www.pulumi.com/docs/install/), whose language host supports them"


class UserError(Exception):
    """The user's project is invalid; the message says what to do."""


@dataclass(frozen=True)
class Project:
    """The directory of a program or plugin, and the Python that runs it.

    `root` contains the project file, `directory` the program (`main` in the project file). If `virtualenv` is
    None, the first Python on PATH is used.
    """

    root: Path
    directory: Path
    virtualenv: Path | None

    @property
    def python(self) -> str:
        """The interpreter.

        Raises:
            UserError: the virtual environment is missing or invalid, or there is no Python on PATH.
        """
        if self.virtualenv is None:
            return _python_on_path()
        python = self.virtualenv / "bin" / "python"
        if not python.is_file():
            wrong = "is not a virtual environment" if self.virtualenv.exists() else "does not exist"
            raise UserError(
                f"The runtime option `virtualenv` of {self.root} names {self.virtualenv}, which {wrong}. "
                "Run `pulumi install` there to create it and install requirements.txt into it, or correct "
                "the option."
            )
        return str(python)

    def environment(self, base: Mapping[str, str] = os.environ) -> dict[str, str]:
        """`base` with the virtual environment activated."""
        if self.virtualenv is None:
            return dict(base)
        return {
            **{name: value for name, value in base.items() if name != "PYTHONHOME"},
            "VIRTUAL_ENV": str(self.virtualenv),
            "PATH": os.pathsep.join([str(self.virtualenv / "bin"), base.get("PATH", os.defpath)]),
        }

    def output_of(self, *arguments: str) -> str:
        """The output of the interpreter with these arguments.

        Raises:
            UserError: the virtual environment is missing, or the command failed.
        """
        done = subprocess.run(
            [self.python, *arguments],
            cwd=self.directory,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise UserError(f"`{self.python} {' '.join(arguments)}` failed: {done.stderr.strip()}")
        return done.stdout.strip()


def read_project(
    root: str, directory: str, options: Mapping[str, Any], *, default_virtualenv: str = ""
) -> Project:
    """The project, from the directories and runtime options that the engine sends.

    Raises:
        UserError: an option is invalid, or not supported by this host.
    """
    toolchain = options.get("toolchain", "pip")
    if toolchain != "pip":
        raise UserError(
            f"The runtime option `toolchain` of {root} is {toolchain!r}; this engine's Python language host "
            f"supports only `pip`. Write `toolchain: pip`, or {OFFICIAL}."
        )
    if "typechecker" in options:
        raise UserError(
            f"The runtime option `typechecker` of {root} is {options['typechecker']!r}; this engine's "
            f"Python language host does not support type checkers. Remove the option, or {OFFICIAL}."
        )
    named = options.get("virtualenv", "") or default_virtualenv
    if not isinstance(named, str):
        raise UserError(f"The runtime option `virtualenv` of {root} must be a path; it is {named!r}.")
    return Project(Path(root), Path(directory), Path(root, named) if named else None)


def _python_on_path() -> str:
    chosen = os.environ.get("PULUMI_PYTHON_CMD")
    for name in [chosen] if chosen else ["python3", "python"]:
        if found := shutil.which(name):
            return found
    raise UserError(f"No {chosen or 'python3'} on PATH. Name a virtual environment in the runtime options.")
