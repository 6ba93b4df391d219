"""Checks a config of the policy pack before the engine reads it: the engine ignores unknown policy names."""

from pathlib import Path

from encrypted_tables.engine.policy_pack import PolicyPack
from encrypted_tables.errors import UserError


def check_config(pack: PolicyPack, config: Path) -> None:
    """Let the pack check its config.

    Raises:
        UserError: the config has errors (one per line), or the pack cannot check it.
    """
    done = pack.run("check_config.py", str(config))
    if done.returncode:
        raise UserError(f"{config}:\n{done.stderr.strip()}")
