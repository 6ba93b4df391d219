"""Builds the engine and its SDK generator from Go modules, pinned by go.mod and go.sum, and caches them."""

import hashlib
import os
import platform
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from encrypted_tables.engine.cache import cache_directory, locked, made_whole
from encrypted_tables.engine.find import LANGUAGE_HOST_VARIABLE
from encrypted_tables.terminal import AttemptFailedError, say
from local.engine import lazy_dictionaries
from local.engine.go_toolchain import find_go
from local.engine.install_failures import remedy

MODULE = Path(__file__).resolve().parent
PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
GENERATOR = "sdk_generator"
SDK = "github.com/pulumi/pulumi/sdk/v3"
PROGRAM_RUNNER = "pulumi-language-python-exec"
HOST = "pulumi-language-python"
# The engine expects its language host in the same directory; the host belongs to the checkout that runs the
# engine.
HOST_LAUNCHER = f"""#!/bin/sh
exec "${{{LANGUAGE_HOST_VARIABLE}:?start this engine with the commands of the project that built it}}" "$@"
"""
TAGS = "-tags=osusergo,grpcnotrace"
# By default Go writes modules read-only, so that they could not be removed.
SETTINGS = {"CGO_ENABLED": "0", "GOFLAGS": "-modcacherw", "GOWORK": "off", "GOTOOLCHAIN": "local"}
SECONDS_BETWEEN_REPORTS = 10
_MODULES = "If the Go module proxy cannot be reached, set HTTPS_PROXY to a proxy or GOPROXY to a mirror."


@dataclass(frozen=True)
class Go:
    """A Go toolchain and its directories: one for temporary files, one for modules and compiled packages."""

    program: Path
    temporary: Path
    caches: Path


def pinned_version() -> str:
    """The engine's version in go.mod."""
    match = re.search(rf"^\s*{re.escape(SDK)} v(\S+)", (MODULE / "go.mod").read_text(), re.MULTILINE)
    if not match:
        raise ValueError(f"{MODULE / 'go.mod'} does not require {SDK}")
    return match.group(1)


def destination() -> Path:
    """The cache directory for this build: it depends on the modules, the changes to them, the flags and
    the machine.

    It does not depend on the version of Go: any version that go.mod accepts builds the same engine.
    """
    parts = [(MODULE / name).read_bytes() for name in ("go.mod", "go.sum", f"{GENERATOR}/main.go")]
    changes = repr(lazy_dictionaries.CHANGES)
    parts += [" ".join((HOST_LAUNCHER, changes, *_flags(), platform.system(), platform.machine())).encode()]
    return cache_directory() / "engine" / hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def go_caches() -> Path:
    """Go's caches during a build, separate from the user's own."""
    return cache_directory() / "engine-build"


def is_complete(directory: Path) -> bool:
    """True if the directory has a finished build."""
    return all(os.access(directory / name, os.X_OK) for name in ("pulumi", GENERATOR, HOST, PROGRAM_RUNNER))


def build() -> Path:
    """Build the engine, or wait for another process that does; return its directory.

    A finished build removes its Go caches; an interrupted one leaves them, and the next continues from there.

    Raises:
        AttemptFailedError: there is no Go, or the modules do not download or compile.
    """
    kept = destination()
    with locked("engine"):
        if not is_complete(kept):
            toolchain = find_go()
            with made_whole(kept) as making:
                # In the unfinished build, so that the next build removes what a killed Go left behind.
                with tempfile.TemporaryDirectory(dir=making, ignore_cleanup_errors=True) as temporary:
                    go = Go(toolchain, Path(temporary), go_caches())
                    _compile(go, making)
                    shutil.copy(_directory_of(go, SDK) / "python" / "cmd" / PROGRAM_RUNNER, making)
                (making / HOST).write_text(HOST_LAUNCHER)
                for program in (PROGRAM_RUNNER, HOST):
                    (making / program).chmod(0o755)
        shutil.rmtree(go_caches(), ignore_errors=True)
    return kept


def _flags() -> tuple[str, ...]:
    version = f"-X {SDK}/go/common/version.Version=v{pinned_version()}"
    return ("-mod=readonly", "-buildvcs=false", "-trimpath", TAGS, f"-ldflags=-s -w {version}")


def _compile(go: Go, directory: Path) -> None:
    say(
        f"Building the Pulumi engine {pinned_version()} from Go modules. This happens once, takes 3 to 8 "
        "minutes on 2 cores, and needs about 3 GB, of which 0.1 GB stay"
    )
    started = time.monotonic()
    listed = run_go(
        go, "list", "-mod=readonly", "-deps", TAGS, PACKAGE, progress="engine: {} modules downloaded"
    )
    progress = f"engine: {{}} of at most {len(listed.splitlines())} packages compiled"
    modules = {name: _directory_of(go, name) for name in lazy_dictionaries.MODULES}
    changed = f"-modfile={lazy_dictionaries.module_file(MODULE / 'go.mod', go.temporary, modules)}"
    for name, package in (("pulumi", PACKAGE), (GENERATOR, f"./{GENERATOR}")):  # they share most packages
        output = str(directory / name)
        run_go(go, "build", "-v", *_flags(), changed, "-o", output, package, progress=progress)
    say(f"  engine built in {time.monotonic() - started:.0f} s")


def _directory_of(go: Go, module: str) -> Path:
    return Path(run_go(go, "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", module).strip())


def run_go(go: Go, *arguments: str, module: Path = MODULE, progress: str = "{}") -> str:
    """Run a Go command in a module's directory and return its standard output.

    Args:
        go: the toolchain and its directories.
        arguments: the command and its arguments.
        module: the directory of the module (default: the engine's).
        progress: a message with the number of log lines.

    Raises:
        AttemptFailedError: the command failed.
    """
    report = _reporter(progress)
    log = []
    with (
        tempfile.TemporaryFile("w+") as printed,
        subprocess.Popen(
            [go.program, *arguments],
            cwd=module,
            env=_environment(go),
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        assert process.stderr is not None  # noqa: S101  # a pipe was asked for
        try:
            for line in process.stderr:
                log.append(line)
                report(len(log))
            process.wait()
        except BaseException:
            process.terminate()
            raise
        printed.seek(0)
        output = printed.read()
    if process.returncode != 0:
        errors = "".join(log[-20:]).strip()
        raise AttemptFailedError(
            f"a build from Go modules: `go {arguments[0]}` failed:\n{errors}\n"
            + remedy(errors, cache_directory(), _MODULES)
        )
    return output


def _reporter(progress: str) -> Callable[[int], None]:
    started = reported = time.monotonic()

    def report(count: int) -> None:
        nonlocal reported
        now = time.monotonic()
        if now - reported > SECONDS_BETWEEN_REPORTS:
            reported = now
            say(f"  {progress.format(count)}, {now - started:.0f} s")

    return report


def _environment(go: Go) -> dict[str, str]:
    """The user's environment without variables that would change the build."""
    kept = {name: value for name, value in os.environ.items() if name not in ("GOROOT", "GOOS", "GOARCH")}
    directories = {
        "GOTMPDIR": go.temporary,
        "GOPATH": go.caches,
        "GOMODCACHE": go.caches / "modules",
        "GOCACHE": go.caches / "compiled",
    }
    return {**kept, **SETTINGS, **{name: str(directory) for name, directory in directories.items()}}
