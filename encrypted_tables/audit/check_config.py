"""Checks a config of the policy pack before the engine reads it: the engine ignores unknown policy names."""

import os
import sys
from pathlib import Path

from encrypted_tables.engine import child
from encrypted_tables.errors import UserError


def check_config(pack: Path, config: Path) -> None:
    """Let the pack check its config.

    Raises:
        UserError: the config has faults, one a line, or the pack cannot check it.
    """
    program = pack / "check_config.py"
    if not program.is_file():
        raise UserError(f"{pack} cannot check its config: {program} does not exist.")
    done = child.run([sys.executable, str(program.resolve()), str(config)], Path.cwd(), os.environ)
    if done.returncode:
        raise UserError(f"{config}:\n{done.stderr.strip()}")
