"""The engine built from its Go modules, pinned by go.mod and go.sum; kept under what it depends on."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tools.attempt import AttemptFailedError
from tools.cache import cache_directory, locked
from tools.go_toolchain import find_go

MODULE = Path(__file__).resolve().parent
PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
SDK = "github.com/pulumi/pulumi/sdk/v3"
VERSION = "3.259.0"
PROGRAM_RUNNER = "pulumi-language-python-exec"
HOST = "pulumi-language-python"
HOST_VARIABLE = "ENCRYPTED_TABLES_LANGUAGE_HOST"
# The engine wants its language host beside it; the host is a part of the checkout that runs the engine.
HOST_LAUNCHER = f"""#!/bin/sh
exec "${{{HOST_VARIABLE}:?start this engine by the commands of the project that built it}}" "$@"
"""
TAGS = "-tags=osusergo,grpcnotrace"
FLAGS = (
    "-mod=readonly",
    "-buildvcs=false",
    "-trimpath",
    TAGS,
    f"-ldflags=-s -w -X {SDK}/go/common/version.Version=v{VERSION}",
)
SECONDS_BETWEEN_REPORTS = 10


def destination() -> Path:
    """Where the build of these modules, with these flags, for this machine is kept."""
    parts = [(MODULE / name).read_bytes() for name in ("go.mod", "go.sum")]
    parts += [" ".join((HOST_LAUNCHER, *FLAGS, platform.system(), platform.machine())).encode()]
    return cache_directory() / "engine" / hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def build() -> Path:
    """Build the engine, or wait for another process that does; return its directory.

    What was compiled before an interruption is in Go's own cache: the next build goes on from there.

    Raises:
        AttemptFailedError: there is no Go, or the modules do not download or compile.
    """
    kept = destination()
    with locked("engine"):
        if (kept / "pulumi").exists():
            return kept
        go = find_go()
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as making:
            made = Path(making) / "engine"
            made.mkdir()
            _compile(go, made / "pulumi")
            shutil.copy(_sdk_directory(go) / "python" / "cmd" / PROGRAM_RUNNER, made)
            (made / HOST).write_text(HOST_LAUNCHER)
            for program in (PROGRAM_RUNNER, HOST):
                (made / program).chmod(0o755)
            shutil.rmtree(kept, ignore_errors=True)
            made.rename(kept)
    return kept


def _compile(go: Path, pulumi: Path) -> None:
    _say(f"Building the Pulumi engine {VERSION} from Go modules: once, about 6 minutes on 2 cores.")
    packages = len(_run_go(go, "list", "-mod=readonly", "-deps", TAGS, PACKAGE).splitlines())
    command = [str(go), "build", "-v", *FLAGS, "-o", str(pulumi), PACKAGE]
    started = reported = time.monotonic()
    compiled = 0
    tail: list[str] = []
    with subprocess.Popen(
        command, cwd=MODULE, env=_environment(), stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None  # noqa: S101  # Popen was given a pipe
        for line in process.stderr:
            compiled += 1
            tail = [*tail[-20:], line]
            if time.monotonic() - reported > SECONDS_BETWEEN_REPORTS:
                reported = time.monotonic()
                _say(f"  {compiled} of at most {packages} packages, {reported - started:.0f} s")
    if process.returncode != 0:
        raise AttemptFailedError(f"a build from Go modules: `go build` failed:\n{''.join(tail)}")
    _say(f"  built in {time.monotonic() - started:.0f} s")


def _sdk_directory(go: Path) -> Path:
    return Path(_run_go(go, "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", SDK).strip())


def _run_go(go: Path, *arguments: str) -> str:
    done = subprocess.run(
        [go, *arguments], cwd=MODULE, env=_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise AttemptFailedError(
            f"a build from Go modules: `go {' '.join(arguments)}` failed: {done.stderr.strip()[-500:]}"
        )
    return done.stdout


def _environment() -> dict[str, str]:
    return {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "", "GOWORK": "off"}


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
