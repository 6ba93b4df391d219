"""Tools written in Go, built from modules that go.sum locks, and kept in the cache."""

import hashlib
import re
import tempfile
from pathlib import Path

from encrypted_tables.engine.cache import cache_directory, locked, made_whole
from local.engine.build import Go, run_go
from local.engine.go_toolchain import find_go


def go_tool(module: Path) -> Path:
    """The program of the `tool` directive of a module. A build leaves nothing else behind.

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
            with made_whole(kept) as making, tempfile.TemporaryDirectory(dir=making) as temporary:
                go = Go(find_go(), Path(temporary), Path(temporary) / "caches")
                build = ("build", "-v", "-mod=readonly", "-o", str(making / name), package)
                run_go(go, *build, module=module, progress=f"{name}: {{}} modules and packages")
    return kept / name
