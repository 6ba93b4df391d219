"""The programs of a policy pack, run in the pack's own environment."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from encrypted_tables.engine import child
from encrypted_tables.errors import UserError

PROJECT = "PulumiPolicy.yaml"


@dataclass(frozen=True)
class PolicyPack:
    """A policy pack in a directory."""

    directory: Path

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of the pack's programs, such as `check_config.py`.

        Raises:
            UserError: the pack does not have the program.
        """
        return child.run(self._command(program, *arguments), Path.cwd(), os.environ)

    @contextmanager
    def running(self, program: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """One of the pack's programs while it runs; its errors go to this process's standard error.

        Raises:
            UserError: the pack does not have the program.
        """
        command = self._command(program, *arguments)
        with child.child(command, Path.cwd(), os.environ, stdin=subprocess.PIPE, stderr=None) as process:
            yield process
            process.wait()

    def _command(self, program: str, *arguments: str) -> list[str]:
        path = self.directory / program
        if not path.is_file():
            raise UserError(
                f"{self.directory} cannot be used: {path} does not exist. Update the policy pack."
            )
        return [self._python(), str(path.resolve()), *arguments]

    def _python(self) -> str:
        """The interpreter of the pack's virtual environment; this process's interpreter if the pack has none.

        https://www.pulumi.com/docs/iac/languages-sdks/python/
        """
        project = yaml.safe_load((self.directory / PROJECT).read_text(encoding="utf-8"))
        runtime = project.get("runtime") if isinstance(project, dict) else None
        options = runtime.get("options") if isinstance(runtime, dict) else None
        named = options.get("virtualenv") if isinstance(options, dict) else None
        if named:
            folder, name = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
            python = (self.directory / str(named)).resolve() / folder / name
            if python.exists():
                return str(python)
        return sys.executable
