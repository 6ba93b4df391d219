"""Which package may import which, as in docs/architecture.md."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.local_run import ROOT

OWN = {"components", "config", "first_table", "encrypted_tables", "local", "policies", "tests"}
MAY_IMPORT = {
    "components": {"components"},
    "config.py": {"components", "first_table"},
    "first_table.py": {"components"},
    "__main__.py": {"components", "config"},
    "policy-pack": {"policies"},
    "encrypted_tables": {"encrypted_tables"},
    "encrypted_tables/iam": {"encrypted_tables.iam"},
    "local": {"local", "encrypted_tables"},
    "local/emulator": {"local.emulator"},
}


def imports(place: str) -> Iterator[tuple[Path, str]]:
    """Each module that the Python files of a package import."""
    package = ROOT / place
    for file in [package] if package.is_file() else sorted(package.rglob("*.py")):
        if "venv" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((file, one.name) for one in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield file, imported(file, node)


def imported(file: Path, node: ast.ImportFrom) -> str:
    """The whole name of the module that a statement names, which may be relative."""
    above = file.relative_to(ROOT).parts[: -node.level] if node.level else ()
    return ".".join([*above, *([node.module] if node.module else [])])


@pytest.mark.parametrize("place", MAY_IMPORT)
def test_a_package_imports_only_what_it_may(place: str) -> None:
    allowed = MAY_IMPORT[place]
    found = [(str(file.relative_to(ROOT)), name) for file, name in imports(place)]
    own = [(file, name) for file, name in found if name.partition(".")[0] in OWN]

    assert found != []
    assert [
        one for one in own if not any(f"{one[1]}.".startswith(f"{package}.") for package in allowed)
    ] == []


def test_the_iam_package_imports_only_the_standard_library() -> None:
    others = {name.partition(".")[0] for _, name in imports("encrypted_tables/iam")} - {"encrypted_tables"}

    assert others - set(sys.stdlib_module_names) == set()


def test_mypy_follows_each_module_of_pulumi_aws_that_is_used() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    (followed,) = [one["module"] for one in settings["overrides"] if one.get("follow_imports") == "normal"]
    used = {
        f"pulumi_aws.{node.attr}"
        for place in ("components", "local", "encrypted_tables", "policy-pack", "tests", "docs")
        for file in (ROOT / place).rglob("*.py")
        if "venv" not in file.parts and "import pulumi_aws as aws" in (text := file.read_text("utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "aws"
        if node.attr.islower()
    }

    assert "pulumi_aws.kms" in used
    assert used - {name.removesuffix(".*") for name in followed} == set()
