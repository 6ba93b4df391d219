"""A full disk, an unwritable checkout and an unreachable index are three messages of the real tools."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local.engine import virtualenv
from local.local_run import ROOT

CREATE = "from local.engine.virtualenv import create; from pathlib import Path; create(Path('{}'))"


def errors_with(mount: str, place: Path) -> str:
    """The errors of creating an environment in the place after this mount, in a separate namespace."""
    program = CREATE.format(place / "venv")
    command = f'{mount} && exec {sys.executable} -c "{program}"'
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", command],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr


@pytest.fixture
def place(tmp_path: Path) -> Path:
    can = (
        shutil.which("unshare")
        and not subprocess.run(
            ["unshare", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs", tmp_path],
            capture_output=True,
            check=False,
        ).returncode
    )
    if not can:
        pytest.skip("this machine allows no mounts in a namespace")
    return tmp_path


def test_the_error_names_a_full_disk(place: Path) -> None:
    output = errors_with(f"mount -t tmpfs -o size=64k tmpfs {place}", place)

    assert f"The disk is full. Free some space for {place}/venv" in output
    assert "index" not in output


def test_the_error_names_an_unwritable_directory(place: Path) -> None:
    output = errors_with(f"mount -t tmpfs -o ro tmpfs {place}", place)

    assert f"{place}/venv cannot be written." in output
    assert "python3-venv" not in output


def test_the_error_names_an_unreachable_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("PIP_RETRIES", "0")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / "pyvenv.cfg").write_text(Path(sys.prefix, "pyvenv.cfg").read_text())

    with pytest.raises(virtualenv.VirtualEnvironmentError, match="index cannot be reached, set HTTPS_PROXY"):
        virtualenv.install(tmp_path, ROOT / "locks" / "go.txt")
