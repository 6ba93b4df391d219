"""Deploys only the reviewed plan of a preview, then verifies access."""

import sys
from pathlib import Path

from encrypted_tables.engine import child
from encrypted_tables.engine.find import find_engine
from encrypted_tables.engine.stack import Stack
from encrypted_tables.errors import UserError


def deploy(stack: str, plan: Path, pack: Path, evidence: Path) -> int:
    """Apply the plan and verify; return the exit status of verify.

    The engine rejects changes that are not in the plan, so the update fails if program, config or state
    changed since the preview. The report of verify is always written to `evidence`.

    Raises:
        UserError: the plan could not be applied.
    """
    engine = find_engine()
    reached = Stack(stack, Path.cwd(), engine.pulumi, engine.environment())
    policies = ["--plan", str(plan), "--policy-pack", str(pack)]
    status = reached.shown("up", "--yes", "--skip-preview", *policies)
    if status:
        raise UserError(f"the plan was not applied to {stack}: `pulumi up` ended with exit status {status}.")
    # Never write probe items into tables with real data: write access is only predicted.
    options = ["--stack", stack, "--read-only", "--evidence", str(evidence)]
    verify = [sys.executable, "-m", "encrypted_tables", "verify", *options]
    return child.run(verify, Path.cwd(), reached.environment, is_shown=True).returncode
