"""The packages of a release: complete metadata, and the wheels work in another supported Python."""

import email
import email.message
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from encrypted_tables import __version__
from encrypted_tables.engine.stack import Stack
from local import packages
from local.local_run import ROOT, LocalRun
from tests.local.test_locks import SUPPORTED, entries
from tests.packaging.conftest import new_environment
from tests.packaging.test_wheel import PROGRAM

NAMES = [package.name for package in packages.PACKAGES]
each_package = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages of a release, after `twine check --strict`."""
    directory = tmp_path_factory.mktemp("built")
    packages.build(directory / "dist")
    return directory / "dist"


def wheel(built: Path, name: str) -> Path:
    """The wheel of a package."""
    (found,) = (built / "packages").glob(f"{name.replace('-', '_')}-*.whl")
    return found


def metadata(file: Path) -> email.message.Message:
    """A wheel's metadata."""
    with zipfile.ZipFile(file) as content:
        (name,) = [one for one in content.namelist() if one.endswith(".dist-info/METADATA")]
        return email.message_from_string(content.read(name).decode())


@each_package
def test_each_package_has_a_wheel_and_a_source_distribution(built: Path, name: str) -> None:
    stem = f"{name.replace('-', '_')}-{__version__}"

    found = {file.name for file in (built / "packages").glob(f"{stem}[.-]*")}

    assert found == {f"{stem}-py3-none-any.whl", f"{stem}.tar.gz"}


@each_package
def test_each_wheel_has_its_licence_readme_types_and_pythons(built: Path, name: str) -> None:
    file = wheel(built, name)
    stated = metadata(file)
    with zipfile.ZipFile(file) as content:
        names = content.namelist()

    assert (stated["Name"], stated["Version"]) == (name, __version__)
    assert (stated["License-Expression"], stated["License-File"]) == ("Apache-2.0", "LICENSE")
    assert stated["Requires-Python"] == ">=3.11"
    assert [
        f"Programming Language :: Python :: {one}" in stated.get_all("Classifier", []) for one in SUPPORTED
    ] == [True] * len(SUPPORTED)
    assert str(stated.get_payload()).strip() != ""
    assert any(one.endswith(".dist-info/licenses/LICENSE") for one in names)
    assert any(re.fullmatch(r"\w+/py\.typed", one) for one in names)


@each_package
def test_each_dependency_has_bounds_and_is_not_pinned(built: Path, name: str) -> None:
    dependencies = metadata(wheel(built, name)).get_all("Requires-Dist", [])

    assert dependencies != []
    assert [one for one in dependencies if not (re.search(">=", one) and re.search(r"<(?!=)", one))] == []
    assert [one for one in dependencies if "==" in one] == []


@pytest.mark.parametrize("package", packages.PACKAGES, ids=NAMES)
def test_each_bill_of_materials_lists_the_locked_packages(built: Path, package: packages.Package) -> None:
    bom = json.loads((built / "sbom" / f"{package.name}.cdx.json").read_text())
    listed = {(one["name"], one["version"]) for one in bom["components"]}

    subject = bom["metadata"]["component"]
    assert (subject["name"], subject["version"]) == (package.name, __version__)
    assert listed == {(name, version) for name, version, _ in entries((ROOT / package.lock).read_text())}


@pytest.mark.parametrize("tag", ["v0.0.1", __version__, "main"])
def test_a_tag_that_does_not_name_the_version_builds_nothing(tag: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "local.packages", str(tmp_path / "dist"), "--tag", tag],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert f"tag v{__version__}" in done.stderr
    assert not (tmp_path / "dist").exists()


def other_pythons() -> Iterator[str]:
    """Supported Pythons on this machine besides the running one, the newest first."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for minor in reversed(SUPPORTED):
        found = [*map(str, versions.glob(f"{minor}.*/bin/python")), shutil.which(f"python{minor}")]
        for program in filter(None, found):
            shown = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
            if shown.startswith(f"Python {minor}.") and not sys.version.startswith(f"{minor}."):
                yield program


@pytest.fixture(scope="module")
def other_environment(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment of another supported Python with the three wheels and the locked dependencies."""
    python = next(other_pythons(), None)
    if python is None:
        pytest.skip(
            f"no supported Python here but {sys.version.split()[0]}: needs one of {', '.join(SUPPORTED)}"
        )
    wheels = [wheel(built, name) for name in NAMES]
    locked = ["--constraint", str(ROOT / "requirements.txt")]
    return new_environment(tmp_path_factory.mktemp("other") / "venv", python, *locked, *wheels)


@pytest.mark.slow
def test_the_wheels_work_in_another_supported_python(
    shared_run: LocalRun, other_environment: Path, tmp_path: Path
) -> None:
    """The command starts; the component's program is previewed with the pack."""
    programs, pack = other_environment / "bin", tmp_path / "pack"
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    shown = subprocess.check_output([programs / "encrypted-tables", "--version"], env=clean, text=True)
    subprocess.run([programs / "encrypted-tables-policies", pack], env=clean, check=True, capture_output=True)
    options = {"toolchain": "pip", "virtualenv": str(other_environment)}
    project = {"name": "shop", "runtime": {"name": "python", "options": options}}
    (tmp_path / "Pulumi.yaml").write_text(json.dumps(project))
    (tmp_path / "__main__.py").write_text(PROGRAM)
    stack: Stack = shared_run.stack("other-python", tmp_path)

    result = stack.preview("--policy-pack", str(pack)).checked()

    assert __version__ in shown
    assert result.changes == {"create": 5}
    assert "encrypted-tables-policies" in result.output
