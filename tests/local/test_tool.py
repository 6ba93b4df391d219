"""The local AWS as a tool of its own: its wheel, its command and its page, followed as by a reader."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from local.local_run import ROOT
from tests.documents import blocks, runnable_blocks

PAGE = "local-aws-in-tests.md"
EMULATOR = ROOT / "local" / "emulator"
LEFT_OUT = shutil.ignore_patterns("venv", ".*", "__pycache__", "build", "dist", "*.egg-info")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout in which the tool is installed as the page says."""
    directory = tmp_path_factory.mktemp("reader") / "checkout"
    shutil.copytree(EMULATOR, directory / "local" / "emulator", ignore=LEFT_OUT)
    (directory / "build").mkdir()
    done = shell(directory, runnable_blocks(PAGE)[0])
    assert done.returncode == 0, done.stderr
    return directory


def shell(checkout: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a reader would, with the tool on PATH."""
    path = os.pathsep.join(
        [str(Path(sys.executable).parent), os.environ["PATH"], str(checkout / "build" / "local-aws" / "bin")]
    )
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=checkout,
        env={"PATH": path, "HOME": str(checkout), "PIP_NO_COMPILE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_wheel_has_all_packages_and_the_versions_of_the_checkout() -> None:
    project = tomllib.loads((EMULATOR / "pyproject.toml").read_text())
    packages = {
        ".".join(["encrypted_tables_local", *file.parent.relative_to(EMULATOR).parts])
        for file in EMULATOR.rglob("__init__.py")
    }
    locked = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]["local-aws"]

    assert set(project["tool"]["setuptools"]["packages"]) == packages
    assert project["project"]["dependencies"] == locked


def test_run_gives_a_command_its_own_local_aws(checkout: Path) -> None:
    done = shell(checkout, runnable_blocks(PAGE)[1])

    assert (done.returncode, done.stdout) == (0, "arn:aws:iam::111122223333:user/owner\n"), done.stderr


def test_serve_keeps_a_local_aws_running_until_it_is_stopped(checkout: Path) -> None:
    done = shell(checkout, f"{runnable_blocks(PAGE)[2]}\nwait $! || true\n! encrypted-tables-local health")

    assert done.returncode == 0, done.stderr
    assert '{\n  "status": "ready"\n}' in done.stdout
    assert "does not answer" in done.stderr
    state = (checkout / "build" / "local-aws-state.json").read_text()
    assert "arn:aws:iam::111122223333:user/owner" in state
    assert '"SecretAccessKey": "(hidden)"' in state
    assert not (checkout / "build" / "local-aws.env").exists()


def test_the_examples_in_python_run(checkout: Path) -> None:
    in_pytest, in_python = blocks(PAGE, "python")
    (checkout / "test_orders.py").write_text(in_pytest)
    (checkout / "example.py").write_text(f"{in_python}\nprint(key['Arn'], key['CreationDate'].isoformat())\n")
    python = "build/local-aws/bin/python"
    install = f"{python} -m pip install --quiet boto3 pytest"

    done = shell(checkout, f"{install} && {python} -m pytest -q test_orders.py && {python} example.py")
    again = shell(checkout, f"{python} example.py")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    assert again.stdout == done.stdout.splitlines(keepends=True)[-1]


@pytest.mark.parametrize(
    ("command", "status", "message"),
    [
        ("run -- sh -c 'exit 3'", 3, ""),
        ("run -- sh -c 'kill -9 $$'", 137, ""),
        ("run -- no-such-command", 1, "no-such-command: No such file or directory\n"),
        ("run --dynamodb-hosts 0 -- true", 1, "dynamodb_hosts 0: expected 1 or more\n"),
        (
            "run --seed 1 --state-dir state -- true",
            1,
            "seed 1: not with a state_dir, because a later start would repeat ids\n",
        ),
        ("serve local", 1, "local cannot be created: File exists\n"),
        ("health", 1, "AWS_ENDPOINT_URL is not set: source the file of `serve` first\n"),
    ],
)
def test_run_ends_with_the_status_of_its_command_or_an_error(
    checkout: Path, command: str, status: int, message: str
) -> None:
    done = shell(checkout, f"encrypted-tables-local {command}")

    assert (done.returncode, done.stderr) == (status, message)
