"""Local shells for tests, in a separate project."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from local.local_run import ROOT

CONFIG = "Pulumi.dev.yaml"


def project_in(directory: Path) -> Path:
    """A copy of this project, with links to everything except its config files."""
    project = directory / "project"
    project.mkdir()
    for entry in ROOT.iterdir():
        if entry.match("Pulumi*.yaml"):
            (project / entry.name).write_bytes(entry.read_bytes())
        elif not entry.name.startswith("."):
            (project / entry.name).symlink_to(entry)
    return project


def environment(temporary: Path, **more: str) -> dict[str, str]:
    """Shells find each other in the temporary directory."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary), **more}


def run_in_shell(
    project: Path, temporary: Path, *command: str, stdin: int | None = subprocess.DEVNULL
) -> subprocess.CompletedProcess[str]:
    """Run one command in a shell of the project, to its end."""
    return subprocess.run(
        [sys.executable, "-m", "local", *command],
        cwd=project,
        env=environment(temporary),
        stdin=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@contextmanager
def open_shell(project: Path, temporary: Path, command: Sequence[str]) -> Iterator["subprocess.Popen[str]"]:
    """A command in a shell of the project, in its own process group, after its first line of output."""
    process = subprocess.Popen(
        [sys.executable, "-m", "local", *command],
        cwd=project,
        env=environment(temporary),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    process.stdout.readline()
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
