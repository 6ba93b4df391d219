"""The linters of workflows, pinned, each made once and kept outside the work tree."""

import hashlib
import os
import subprocess
from pathlib import Path

from encrypted_tables.engine.cache import cache_directory, locked, made_whole
from local.engine import virtualenv
from local.engine.go_toolchain import find_go

HERE = Path(__file__).resolve().parent
ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint"


def actionlint() -> Path:
    """The `actionlint` of the committed go.mod, built from modules whose checksums go.sum holds."""
    module = HERE / "actionlint"
    kept = cache_directory() / f"actionlint-{_digest(module / 'go.mod', module / 'go.sum')}"
    with locked("actionlint"):
        if not kept.exists():
            with made_whole(kept) as making:
                environment = {
                    **os.environ,
                    "GOBIN": str(making),
                    "CGO_ENABLED": "0",
                    "GOFLAGS": "-mod=readonly",
                }
                subprocess.run([find_go(), "install", ACTIONLINT], cwd=module, env=environment, check=True)
    return kept / "actionlint"


def zizmor() -> Path:
    """The pinned `zizmor`."""
    requirements = HERE / "requirements.txt"
    kept = cache_directory() / f"zizmor-{_digest(requirements)}"
    with locked("zizmor"):
        if not kept.exists():
            with made_whole(kept) as making:
                virtualenv.create(making)
                virtualenv.install(making, ["--requirement", str(requirements)], relative_to=HERE)
    return kept / "bin" / "zizmor"


def _digest(*files: Path) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
