"""Reads stack outputs from Pulumi, a file or standard input."""

import os
import subprocess
import sys
from pathlib import Path

from encrypted_tables.engine import child
from encrypted_tables.engine.find import REMEDY
from encrypted_tables.engine.remedies import with_remedy
from encrypted_tables.errors import UserError
from encrypted_tables.verify.collect.declared import StackOutputs, parse_outputs

_TIMEOUT_SECONDS = 120


def from_stack(stack: str, pulumi: str = "pulumi", directory: Path | None = None) -> StackOutputs:
    """The outputs of a stack, from `pulumi` on PATH; secrets stay in memory.

    Raises:
        UserError: `pulumi` is not on PATH, or fails.
    """
    command = [pulumi, "stack", "output", "--json", "--show-secrets", "--stack", stack, "--non-interactive"]
    try:
        done = child.run(command, directory or Path.cwd(), os.environ, timeout=_TIMEOUT_SECONDS)
    except FileNotFoundError:
        raise UserError(
            f"`pulumi` is not on PATH. {REMEDY} Or give the outputs with --outputs FILE "
            "(`pulumi stack output --json --show-secrets`)."
        ) from None
    except subprocess.TimeoutExpired:
        raise UserError(
            f"stack {stack}: `pulumi stack output` did not finish within {_TIMEOUT_SECONDS} s."
        ) from None
    if done.returncode:
        raise UserError(f"stack {stack}: `pulumi stack output` failed: {with_remedy(done.stderr.strip())}")
    return parse_outputs(done.stdout, f"stack {stack}")


def from_file(name: str) -> StackOutputs:
    """The outputs in a file, or on standard input if the name is `-`.

    Raises:
        UserError: the file cannot be read or has other content.
    """
    if name == "-":
        return parse_outputs(sys.stdin.read(), "standard input")
    try:
        text = Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{name}: cannot be read: {error}") from None
    return parse_outputs(text, name)
