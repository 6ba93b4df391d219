"""Builds the SDK generator from its Go modules at the first use, and caches it by its inputs."""

import hashlib
import os
import platform
import shutil
import tempfile
from pathlib import Path

from encrypted_tables.engine.cache import cache_directory, locked, made_whole
from encrypted_tables.terminal import say
from local.engine.build import TAGS, Go, run_go
from local.engine.go_toolchain import find_go

MODULE = Path(__file__).resolve().parent
PROGRAM = "sdk_generator"
VARIABLE = "ENCRYPTED_TABLES_SDK_GENERATOR"
"""Tells language hosts where the generator is kept: a local run has a home directory of its own."""
_FLAGS = ("-mod=readonly", "-buildvcs=false", "-trimpath", TAGS, "-ldflags=-s -w")


def destination() -> Path:
    """The cache directory for this build: it depends on the sources, the flags and the machine."""
    parts = [(MODULE / name).read_bytes() for name in ("main.go", "go.mod", "go.sum")]
    parts += [" ".join((*_FLAGS, platform.system(), platform.machine())).encode()]
    return cache_directory() / "sdk-generator" / hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def find_or_build_generator() -> Path:
    """The generator's program. The first call takes about a minute on 2 idle cores.

    Raises:
        AttemptFailedError: there is no Go, or the modules do not download or compile.
    """
    kept = Path(os.environ.get(VARIABLE) or destination())
    caches = kept.with_name("go-caches")
    with locked("sdk-generator"):
        if not (kept / PROGRAM).exists():
            toolchain = find_go()
            say("Building the SDK generator from Go modules. This happens once and takes a few minutes")
            with made_whole(kept) as making, tempfile.TemporaryDirectory(dir=making) as temporary:
                go = Go(toolchain, Path(temporary), caches)
                run_go(
                    go,
                    *("build", "-v", *_FLAGS, "-o", str(making / PROGRAM), "."),
                    module=MODULE,
                    progress="SDK generator: {} modules and packages",
                )
            shutil.rmtree(caches, ignore_errors=True)
    return kept / PROGRAM
