"""The errors that a new user meets first, from the real engine: one message that says what to do."""

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from local.local_run import ROOT, LocalRun, local_run
from tests.warm_starts.cli import encrypted_tables


@pytest.fixture(scope="module")
def run() -> Iterator[LocalRun]:
    """A local run in which a passphrase encrypts the states."""
    with local_run() as run:
        yield run


@pytest.fixture(scope="module")
def project(run: LocalRun) -> Path:
    """A project with the stack `dev`, which is not deployed yet."""
    return run.stack("dev").project


def message_of(run: LocalRun, project: Path, command: str, leave_out: str = "") -> str:
    """What a command that fails prints."""
    done = subprocess.run(
        encrypted_tables(*command.split()),
        cwd=project,
        env={**without(leave_out, run.environment()), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    return done.stderr


def without(part: str, environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if not part or part not in name}


@pytest.mark.parametrize("command", ["verify --stack nope", "environments adopt nope"])
def test_a_stack_that_does_not_exist(run: LocalRun, project: Path, command: str) -> None:
    output = message_of(run, project, command)

    assert "no stack named 'nope' found" in output
    assert "Create it with `pulumi stack init nope`" in output


def test_no_passphrase(run: LocalRun, project: Path) -> None:
    output = message_of(run, project, "environments adopt dev", leave_out="PASSPHRASE")

    assert "Set PULUMI_CONFIG_PASSPHRASE_FILE to the file with the stack's passphrase." in output


def test_no_backend(run: LocalRun, project: Path) -> None:
    output = message_of(run, project, "verify --stack dev", leave_out="BACKEND")

    assert "Log in with `pulumi login`, or set PULUMI_BACKEND_URL" in output


def test_no_engine(run: LocalRun, project: Path) -> None:
    output = message_of(run, project, "environments adopt dev", leave_out="PATH")

    assert "pulumi on PATH: not found" in output
    assert "`make shell`" in output
