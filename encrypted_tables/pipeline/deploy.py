"""Deploys what was reviewed: the plan of a preview, nothing else; then verifies who has access."""

import sys
from pathlib import Path

from encrypted_tables.engine import child
from encrypted_tables.engine.find import find_engine
from encrypted_tables.engine.stack import Stack
from encrypted_tables.errors import UserError


def deploy(stack: str, plan: Path, pack: Path, evidence: Path) -> int:
    """Apply the plan and verify; the exit status of verify.

    The engine refuses everything that is not in the plan: a program, config or state that changed since.
    The findings of verify are kept in `evidence`, whether access is as declared or not.

    Raises:
        UserError: the plan could not be applied.
    """
    engine = find_engine()
    reached = Stack(stack, Path.cwd(), engine.pulumi, engine.environment())
    policies = ["--plan", str(plan), "--policy-pack", str(pack)]
    status = reached.shown("up", "--yes", "--skip-preview", *policies)
    if status:
        raise UserError(f"the plan was not applied to {stack}: `pulumi up` ended with exit status {status}.")
    # No probe items in tables that hold real data: whether a principal may write is predicted.
    options = ["--stack", stack, "--read-only", "--evidence", str(evidence)]
    verify = [sys.executable, "-m", "encrypted_tables", "verify", *options]
    return child.run(verify, Path.cwd(), reached.environment, is_shown=True).returncode
