"""The programs of a policy pack, run in the pack's own environment."""

import os
import subprocess
import sys
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
        path = self.directory / program
        if not path.is_file():
            raise UserError(
                f"{self.directory} cannot be used: {path} does not exist. Update the policy pack."
            )
        return child.run([self._python(), str(path.resolve()), *arguments], Path.cwd(), os.environ)

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
