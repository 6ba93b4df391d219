"""Tools written in Go, built from modules that go.sum locks, and kept in the cache."""

import hashlib
import os
import re
import subprocess
from pathlib import Path

from encrypted_tables.engine.cache import cache_directory, locked, made_whole
from encrypted_tables.terminal import AttemptFailedError
from local.engine.go_toolchain import find_go


def go_tool(module: Path) -> Path:
    """The program of the `tool` directive of a module.

    Args:
        module: the directory of go.mod and go.sum.

    Raises:
        AttemptFailedError: there is no Go, or the module does not build.
        CacheError: the cache cannot be written.
    """
    (package,) = re.findall(r"^tool (\S+)$", (module / "go.mod").read_text(), re.MULTILINE)
    name = Path(package).name
    digest = hashlib.sha256(b"".join((module / file).read_bytes() for file in ("go.mod", "go.sum")))
    kept = cache_directory() / f"{name}-{digest.hexdigest()[:16]}"
    with locked(name):
        if not kept.exists():
            with made_whole(kept) as making:
                _install(package, module, making)
    return kept / name


def _install(package: str, module: Path, directory: Path) -> None:
    settings = {"GOBIN": str(directory), "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly"}
    done = subprocess.run(
        [find_go(), "install", package],
        cwd=module,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise AttemptFailedError(f"{package} cannot be built: {done.stderr.strip()}")
