"""The commands that install the three packages, run in a checkout with an environment of its own."""

import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

from local.local_run import ROOT, local_run
from tests.documents import Checkout, blocks, runnable_blocks
from tests.packaging.conftest import new_environment

LEFT_OUT = shutil.ignore_patterns("venv", ".*", "__pycache__", "build", "dist", "*.egg-info")


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A reader with a checkout and a virtual environment that already has the large dependencies.

    tests/packaging installs the packages in empty environments.
    """
    directory = tmp_path_factory.mktemp("reader")
    shutil.copytree(ROOT, directory / "checkout", ignore=LEFT_OUT)
    (directory / "checkout" / "venv").symlink_to(ROOT / "venv")
    locked = ["--constraint", str(ROOT / "requirements.txt")]
    new_environment(directory / "own", sys.executable, *locked, "pulumi-aws", "boto3")
    with local_run() as run:
        yield Checkout(run, directory / "checkout", (directory / "own" / "bin",))


def follow(reader: Checkout, command: str) -> str:
    done = reader.shell(command)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_readme_installs_the_command_the_component_and_the_pack(reader: Checkout) -> None:
    install, _demo = sorted(runnable_blocks("../README.md"), key=lambda block: "make demo" in block)

    follow(reader, install)

    assert "1.0.0" in follow(reader, "encrypted-tables --version")
    follow(reader, "cd / && python -c 'from pulumi_encrypted_tables import EncryptedTable'")
    follow(reader, "encrypted-tables-policies --help")


def test_the_component_is_installed_from_git(reader: Checkout) -> None:
    """The address is replaced by a local clone."""
    (command,) = [one for one in blocks("../README.md", "sh") if "git+https" in one]
    commit = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=ROOT, text=True).strip()
    address = command.replace("https://github.com/OWNER/REPOSITORY", f"file://{ROOT}").replace(
        "COMMIT", commit
    )

    follow(reader, address.replace("pip install", "pip install --force-reinstall --no-deps"))

    follow(reader, "cd / && python -c 'from pulumi_encrypted_tables import EncryptedTable'")
    assert commit in follow(reader, "pip freeze")


def test_the_component_is_installed_from_its_wheel(reader: Checkout) -> None:
    (wheel,) = runnable_blocks("component.md")

    follow(reader, wheel)

    follow(reader, "cd / && python -c 'from pulumi_encrypted_tables import EncryptedTable'")


def test_the_pack_of_the_wheel_runs_in_a_preview(reader: Checkout) -> None:
    """The walk-through's key has a deletion window of 7 days, which violates a mandatory policy."""
    follow(reader, "pulumi stack init dev")
    (block,) = runnable_blocks("rollout.md")
    *install, preview = block.splitlines()

    follow(reader, "\n".join(install))
    previewed = reader.shell(preview)

    assert previewed.returncode == 1
    assert "encrypted-tables-policies@v1.0.0" in previewed.stdout
