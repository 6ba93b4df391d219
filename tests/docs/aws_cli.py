"""The AWS CLI that the documents' commands call, locked, installed once and kept outside the work tree."""

import shlex
from pathlib import Path

from local.engine import virtualenv


def install_aws_cli(directory: Path) -> None:
    """Write the program `aws` into a directory."""
    kept = virtualenv.kept(virtualenv.LOCKS / "aws-cli.txt")
    directory.mkdir(exist_ok=True)
    program = directory / "aws"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(str(kept / "bin" / "python"))} -m awscli "$@"\n')
    program.chmod(0o755)
