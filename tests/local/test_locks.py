"""Everything that `make setup`, the plugin, the pack and the workflows install is locked by version and
hash.
"""

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import locks
from local.engine import virtualenv
from local.local_run import ROOT
from local.virtual_environments import environments
from local.vulnerabilities import audit_lock

LOCK_FILES = [lock.file for lock in locks.LOCKS]
PYPROJECTS = ["pyproject.toml", "components/pyproject.toml", "policy-pack/pyproject.toml"]
SUPPORTED = ["3.11", "3.12", "3.13", "3.14"]
PLATFORMS = ["x86_64-manylinux_2_28", "aarch64-manylinux_2_28", "aarch64-apple-darwin"]
each_lock = pytest.mark.parametrize("file", LOCK_FILES)


def uv(*arguments: str, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run the locked uv."""
    return subprocess.run([locks.uv(), *arguments], cwd=root, capture_output=True, text=True, check=False)


def entries(text: str) -> Iterator[tuple[str, str, int]]:
    """The packages of a lock file: name, version, and how many hashes it lists."""
    for entry in re.split(r"\n(?=[a-z0-9])", re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE).strip()):
        match = re.match(r"([a-z0-9.-]+)==([^ ]+) ", entry)
        assert match, f"not an exact version: {entry[:100]}"
        yield match[1], match[2], len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", entry))


@each_lock
def test_every_package_has_one_version_and_its_hashes(file: str) -> None:
    found = list(entries((ROOT / file).read_text()))

    assert found != []
    assert [name for name, _, hashes in found if hashes == 0] == []


@each_lock
def test_no_lock_names_a_package_index(file: str) -> None:
    assert re.findall(r"https?://|--index-url|--find-links", (ROOT / file).read_text()) == []


def test_all_locks_agree_on_versions() -> None:
    together = ["requirements.txt", "components/requirements.txt", "policy-pack/requirements.txt"]
    versions: dict[str, set[str]] = {}
    for file in [*together, "locks/dev.txt", "locks/comment.txt"]:
        for name, version, _ in entries((ROOT / file).read_text()):
            versions.setdefault(name, set()).add(version)

    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_there_are_no_other_locks() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = {name for name in tracked.split() if re.search(r"(^|/)requirements\.txt$|^locks/.*\.txt$", name)}

    assert {name for name in found if not (ROOT / name).is_symlink()} == set(LOCK_FILES)


def test_each_environment_of_the_checkout_is_installed_from_a_lock() -> None:
    assert {str(one.lock.relative_to(ROOT)) for one in environments()} <= set(LOCK_FILES)


@pytest.mark.slow
def test_the_locks_match_the_names_and_bounds_in_the_projects(tmp_path: Path) -> None:
    """If they are not: `python3 -m local.locks`."""
    for file in [*PYPROJECTS, *LOCK_FILES]:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)

    locks.write(tmp_path)

    assert [file for file in LOCK_FILES if (tmp_path / file).read_text() != (ROOT / file).read_text()] == []


@pytest.mark.slow
@pytest.mark.parametrize("version", SUPPORTED)
def test_every_locked_package_has_a_wheel_for_each_supported_python(version: str, tmp_path: Path) -> None:
    """Queries the index without downloading wheels; `locks/dev.txt` includes all other locks."""
    target = ["--dry-run", "--target", str(tmp_path), "--python-version", version]
    only_wheels = ["--only-binary", ":all:", "--require-hashes"]
    for platform in PLATFORMS:
        for file in ("locks/dev.txt", "locks/local-aws.txt"):
            done = uv("pip", "install", *target, "--python-platform", platform, *only_wheels, "-r", file)
            assert done.returncode == 0, f"{file} on {platform}: {done.stderr}"


def test_a_package_with_another_hash_is_not_installed(tmp_path: Path) -> None:
    lock, directory = tmp_path / "lock.txt", tmp_path / "venv"
    lock.write_text(f"priority==2.0.0 --hash=sha256:{'0' * 64}\n")
    virtualenv.create(directory)

    with pytest.raises(virtualenv.VirtualEnvironmentError, match="DO NOT MATCH THE HASHES"):
        virtualenv.install(directory, lock)


def test_all_packages_name_the_same_supported_pythons() -> None:
    for file in PYPROJECTS:
        project = tomllib.loads((ROOT / file).read_text())["project"]
        assert project["requires-python"] == f">={locks.OLDEST_PYTHON}"


@pytest.mark.slow
def test_an_audit_that_could_not_run_is_a_failure() -> None:
    """Vulnerabilities themselves are looked for on GitHub: a closed machine has no data on them."""
    unreachable = {**os.environ, "https_proxy": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}

    done = subprocess.run(
        audit_lock(ROOT / "locks" / "go.txt"), env=unreachable, capture_output=True, text=True, check=False
    )

    assert done.returncode != 0
    assert "No known vulnerabilities" not in done.stdout + done.stderr
