"""`python3 -m local.packages DIRECTORY`: build and check the three packages, with a bill of materials each.

DIRECTORY gets `packages/`, the wheels and source distributions, and `sbom/`, the locked dependencies of each
package in CycloneDX form. https://cyclonedx-bom-tool.readthedocs.io/
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from encrypted_tables import __version__
from encrypted_tables.engine.cache import CacheError
from local.engine import virtualenv
from local.engine.virtualenv import VirtualEnvironmentError
from local.virtual_environments import ROOT


class PackageError(Exception):
    """The packages cannot be released; the message says why."""


@dataclass(frozen=True)
class Package:
    """A package: its name in the index, its project's directory, and the lock of its dependencies."""

    name: str
    project: str
    lock: str


PACKAGES = (
    Package("encrypted-tables", ".", "requirements.txt"),
    Package("pulumi-encrypted-tables", "components", "components/requirements.txt"),
    Package("encrypted-tables-policies", "policy-pack", "policy-pack/requirements.txt"),
)


def build(directory: Path) -> None:
    """Build all packages from the files that git knows, with locked tools.

    Raises:
        PackageError: a package does not build, or its metadata is not valid.
        VirtualEnvironmentError: the tools cannot be installed.
        CacheError: the cache cannot be written.
    """
    python = virtualenv.kept(virtualenv.LOCKS / "release.txt") / "bin" / "python"
    packages, boms = directory / "packages", directory / "sbom"
    packages.mkdir(parents=True)
    boms.mkdir()
    with tempfile.TemporaryDirectory() as temporary:
        source = Path(temporary)
        _copy_tracked_files(source)
        for package in PACKAGES:
            _run(python, "build", "--no-isolation", "--outdir", packages, source / package.project)
            _write_bom(python, package, source, boms / f"{package.name}.cdx.json")
    _run(python, "twine", "check", "--strict", *sorted(packages.iterdir()))


def check_tag(tag: str) -> None:
    """Check that a tag names the version that the packages and the changelog have.

    Raises:
        PackageError: it does not.
    """
    if tag != f"v{__version__}":
        raise PackageError(
            f"the tag is {tag}, but the packages have version {__version__}: tag v{__version__}"
        )
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    if not re.search(rf"^## {re.escape(__version__)} - \d{{4}}-\d\d-\d\d$", changelog, re.MULTILINE):
        raise PackageError(f"CHANGELOG.md has no heading `## {__version__} - YYYY-MM-DD`")


def _write_bom(python: Path, package: Package, source: Path, file: Path) -> None:
    project = source / package.project / "pyproject.toml"
    options: list[str | Path] = ["--pyproject", project, "--output-reproducible", "--output-file", file]
    _run(python, "cyclonedx_py", "requirements", source / package.lock, *options)
    bom = json.loads(file.read_text(encoding="utf-8"))
    bom["metadata"]["component"]["version"] = __version__  # one project reads its version from its code
    file.write_text(json.dumps(bom, indent=2) + "\n", encoding="utf-8")


def _copy_tracked_files(target: Path) -> None:
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in names.split("\0"):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)


def _run(python: Path, module: str, *arguments: str | Path) -> None:
    done = subprocess.run(
        [python, "-m", module, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise PackageError(f"`{module} {' '.join(map(str, arguments))}` failed:\n{done.stdout.strip()}")


def main() -> int:
    """Build the packages of this checkout."""
    parser = argparse.ArgumentParser(prog="python3 -m local.packages", description="Build the packages.")
    parser.add_argument("directory", type=Path, help="where to; must not have packages yet")
    parser.add_argument("--tag", help="the release's tag, which must name the version")
    arguments = parser.parse_args()
    try:
        if arguments.tag is not None:
            check_tag(arguments.tag)
        build(arguments.directory)
    except (PackageError, VirtualEnvironmentError, CacheError, FileExistsError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
