"""A local run reads none of the user's settings, and its secrets stay secret."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from encrypted_tables.engine.stack import Stack
from local.local_run import LocalRun, local_run
from local.walkthrough.credentials import write_credentials

CANARY = "AKIACANARYCANARY0000"
USERS_VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "PULUMI_ACCESS_TOKEN",
)


@pytest.fixture(scope="module")
def canary_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    (home / ".aws").mkdir()
    for name in ("credentials", "config"):
        (home / ".aws" / name).write_text(
            f"[default]\naws_access_key_id = {CANARY}\naws_secret_access_key = {CANARY}\n"
        )
    return home


@pytest.fixture(scope="module")
def run(canary_home: Path) -> Iterator[LocalRun]:
    """A local run of a user with all kinds of AWS credentials."""
    cache = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    with pytest.MonkeyPatch.context() as user:
        for name in USERS_VARIABLES:
            user.setenv(name, CANARY)
        user.setenv("XDG_CACHE_HOME", cache)
        user.setenv("HOME", str(canary_home))
        with local_run() as run:
            yield run


@pytest.fixture(scope="module")
def stack(run: LocalRun) -> Stack:
    stack = run.stack("dev")
    stack.up().checked()
    return stack


def files_containing(directory: Path, needle: str) -> list[str]:
    """The files in a directory that contain the text, at any depth."""
    return [
        str(file.relative_to(directory))
        for file in directory.rglob("*")
        if file.is_file() and not file.is_symlink() and needle.encode() in file.read_bytes()
    ]


def test_the_users_own_credentials_reach_no_command(stack: Stack) -> None:
    assert [name for name, value in stack.environment.items() if CANARY in value] == []


@pytest.mark.usefixtures("stack")
def test_the_users_own_credentials_are_in_no_file_of_the_run(run: LocalRun) -> None:
    assert files_containing(run.directory, CANARY) == []


def test_the_test_users_secrets_are_in_no_file_and_no_output_of_the_run(run: LocalRun, stack: Stack) -> None:
    secrets = stack.outputs()["testUserCredentials"]
    shown = stack.up("--diff").output + stack.run("stack", "output").output

    for secret in (secrets["secretAccessKey"], secrets["password"]):
        assert files_containing(run.directory / "backend", secret) == []
        assert files_containing(run.directory / "pulumi", secret) == []
        assert secret not in shown
        assert secret not in str(stack.export())


@pytest.mark.usefixtures("stack")
def test_no_secret_is_in_the_process_list(run: LocalRun) -> None:
    processes = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout

    for secret in (run.aws.owner.secret_access_key, run.aws.root.secret_access_key, passphrase(run)):
        assert secret not in processes


def test_only_its_owner_can_read_the_credentials_file(stack: Stack, tmp_path: Path) -> None:
    file = tmp_path / "credentials.csv"
    file.write_text("an older file that all may read")
    file.chmod(0o644)

    write_credentials(file, stack.outputs())

    assert file.stat().st_mode & 0o777 == 0o600


def test_the_directory_of_the_run_is_removed_afterwards() -> None:
    with local_run() as run:
        directory = run.directory

    assert not directory.exists()


def passphrase(run: LocalRun) -> str:
    return (run.directory / "passphrase").read_text()


def test_the_engine_recognises_a_value_that_should_be_secret(shared_run: LocalRun) -> None:
    """An engine built here reads the dictionaries for this only when it needs them."""
    stack = shared_run.stack("recognised-secret")

    done = stack.run("config", "set", "apiToken", "kq83hFvQ29xJw0pLz7RtYb3nVc5mD1sG")

    assert "looks like a secret" in done.output
    assert stack.run("config", "set", "where", "eu-central-1").exit_code == 0
