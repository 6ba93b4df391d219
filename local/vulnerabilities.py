"""`python3 -m local.vulnerabilities`: known vulnerabilities of the locked packages and of the engine.

pip-audit asks the package index, govulncheck Go's database. https://pypi.org/project/pip-audit/ and
https://go.dev/doc/security/vuln/
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from encrypted_tables.engine.cache import CacheError
from encrypted_tables.terminal import AttemptFailedError, say
from local.engine import build, virtualenv
from local.engine.go_tools import go_tool
from local.engine.virtualenv import LOCKS, VirtualEnvironmentError
from local.locks import LOCKS as LOCK_FILES
from local.virtual_environments import ROOT


def main() -> int:
    """Audit everything; 0 if no vulnerability is known, 1 if one is known or a tool could not look it up."""
    try:
        statuses = [_status(command) for command in commands()]
    except (VirtualEnvironmentError, CacheError, AttemptFailedError) as error:
        say(str(error))
        return 1
    return 1 if any(statuses) else 0


def commands() -> Iterator[list[str]]:
    """The commands that audit the lock files and the engine."""
    for lock in LOCK_FILES:
        yield audit_lock(ROOT / lock.file)
    yield [str(go_tool(LOCKS / "govulncheck")), "-mode=binary", str(build.build() / "pulumi")]


def audit_lock(lock: Path) -> list[str]:
    """The command that audits a lock file; a package that the index does not know is a failure."""
    python = virtualenv.kept(LOCKS / "vulnerabilities.txt") / "bin" / "python"
    options = [
        "--strict",
        "--require-hashes",
        "--disable-pip",
        "--progress-spinner",
        "off",
        "--requirement",
        str(lock),
    ]
    return [str(python), "-m", "pip_audit", *options]


def _status(command: list[str]) -> int:
    say(f"Known vulnerabilities: {' '.join(Path(word).name for word in command)}")
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
