"""The pack as a wheel: its contents, and that the engine runs an installed pack."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from encrypted_tables.audit.analysis import Analysis
from local.engine.find_or_build import find_or_build_engine
from policies import RULES
from tests.policies.samples import exported_state, samples

PACK = Path(__file__).resolve().parents[2] / "policy-pack"
PACKAGE = "encrypted_tables_policies"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pack's wheel, built from a copy of its sources."""
    directory = tmp_path_factory.mktemp("wheel")
    source = directory / "source"
    shutil.copytree(PACK, source, ignore=shutil.ignore_patterns("venv", "__pycache__", "build", "*.egg-info"))
    pip = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet"]
    subprocess.run([*pip, "--wheel-dir", str(directory), str(source)], check=True, timeout=300)
    (built,) = directory.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory that the wheel is installed in."""
    directory = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as content:
        content.extractall(directory)
    return directory


def laid_down(installed: Path, directory: Path) -> subprocess.CompletedProcess[str]:
    """Run the wheel's command that copies the pack to a directory."""
    return subprocess.run(
        [sys.executable, "-m", f"{PACKAGE}.install", str(directory)],
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_contains_every_policy_and_nothing_outside_its_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as content:
        names = [name for name in content.namelist() if ".dist-info/" not in name]

    policies = {f"{PACKAGE}/policies/{rule.name.replace('-', '_')}.py" for rule in RULES}
    assert policies <= set(names)
    assert {f"{PACKAGE}/PulumiPolicy.yaml", f"{PACKAGE}/config/mandatory.json"} <= set(names)
    assert {name.split("/")[0] for name in names} == {PACKAGE}


def test_engine_runs_the_pack_of_the_wheel(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    pack, state = tmp_path / "pack", tmp_path / "state.json"
    (unencrypted,) = (one for one in samples() if one.case.endswith(".disallowed_encryption_left_out"))
    state.write_text(json.dumps(exported_state(unencrypted.resources)))

    done = laid_down(installed, pack)
    report = Analysis(find_or_build_engine(), pack).report(state)

    assert (done.returncode, done.stdout) == (0, f"{pack}\n")
    assert report.error == ""
    assert [one.policy for one in report.findings] == [unencrypted.policy]


def test_the_pack_is_not_copied_over_existing_files(installed: Path, tmp_path: Path) -> None:
    done = laid_down(installed, tmp_path)

    assert done.returncode == 2
    assert f"{tmp_path} exists" in done.stderr
