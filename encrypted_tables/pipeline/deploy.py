"""Deploys what was reviewed: the plan of a preview, nothing else; then tries who has access."""

import subprocess
import sys
from pathlib import Path

from encrypted_tables.engine.find import find_engine


def deploy(stack: str, plan: Path, pack: Path, evidence: Path) -> int:
    """Apply the plan and verify; the exit status of the first of the two that is not 0.

    The engine refuses whatever is not in the plan: a program, config or state that changed since.
    What verify found is kept in `evidence`, whether it is as declared or not.
    """
    engine = find_engine()
    update = [str(engine.pulumi), "up", "--stack", stack, "--yes", "--skip-preview", "--non-interactive"]
    policies = ["--plan", str(plan), "--policy-pack", str(pack)]
    status = subprocess.run([*update, *policies], env=engine.environment(), check=False).returncode
    if status:
        return status
    # Probe items have no business in tables of others: what is written is told from the policies.
    verify = [
        sys.executable,
        "-m",
        "encrypted_tables.verify",
        "--stack",
        stack,
        "--read-only",
        "--evidence",
        str(evidence),
    ]
    return subprocess.run(verify, env=engine.environment(), check=False).returncode
