"""The AWS CLI that the documents' commands call, pinned, installed once and kept outside the work tree."""

import shlex
from pathlib import Path

from encrypted_tables.engine.cache import cache_directory, locked, made_whole
from local.engine import virtualenv

VERSION = "1.46.3"


def install_aws_cli(directory: Path) -> None:
    """Write the program `aws` into a directory."""
    kept = cache_directory() / f"aws-cli-{VERSION}"
    with locked("aws-cli"):
        if not kept.exists():
            with made_whole(kept) as making:
                virtualenv.create(making)
                virtualenv.install(making, [f"awscli=={VERSION}"], relative_to=making)
    directory.mkdir(exist_ok=True)
    program = directory / "aws"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(str(kept / "bin" / "python"))} -m awscli "$@"\n')
    program.chmod(0o755)
